import { parseArgs } from 'node:util';
import { type Stack, startStack } from '../../infra/local/stack.ts';
import { queues } from '../../jobs/catalogue.ts';
import { writeChart } from './chart-page.ts';
import { type Arrivals, measureArrivals } from './fleet-arrivals.ts';
import { measureBare } from './fleet-bare.ts';
import { logRoundTrips } from './fleet-budget.ts';
import { openMeters } from './fleet-costs.ts';
import { type Growth, measureGrowth } from './fleet-growth.ts';
import { type Feeding, measureJourney, warmUp } from './fleet-journey.ts';
import { type Budget, chart, print, type Throughput, toJson } from './fleet-report.ts';
import { type FleetUnderTest, openFleetUnderTest } from './fleet-under-test.ts';
import { machine } from './machine.ts';
import { wholeNumber } from './whole-number.ts';

export const usage = `The whole fleet under load on this machine: real client, worker processes, Valkey and DocumentDB; beside it BullMQ alone.

  npm run bench -- fleet [options]

  --parts LIST    throughput, curve, growth, budget (default throughput,curve,growth)
  --workers LIST  worker processes (default 2); curve, growth and budget use the first
  --tickets N     tickets per case of throughput and budget (default 8000)
  --per-job LIST  tickets that share a job, in throughput and budget (default 1,50)
  --rounds N      throughput is measured so often, medians by persisted tickets count (default 5)
  --rates LIST    tickets a second of the curve, until it is saturated (default 250,500,1000,2000,3000,4000,6000)
  --seconds N     how long each rate lasts (default 5)
  --pools LIST    tickets waiting, for growth (default 1000,10000,50000,200000)
  --page FILE     write the curve as a chart: a page that any browser shows
  --json          print only one JSON object

throughput: services that wait for their answers send as fast as they can. curve:
arrivals by themselves; latency counts from when a call was due. growth: the same at 200/s beside tickets nobody suits.
budget: which scripts of the queue Redis a ticket calls, what each costs, and the longest call of each.
Profiles of every process, for the bench \`profile\`, which no Node before 22 takes by its environment:
  NODE_OPTIONS='--cpu-prof --cpu-prof-dir=FOLDER' node_modules/.bin/node tests/bench/main.ts fleet ...`;

interface Options {
  readonly parts: ReadonlySet<string>;
  readonly workers: readonly number[];
  readonly tickets: number;
  readonly feedings: readonly Feeding[];
  readonly rounds: number;
  readonly rates: readonly number[];
  readonly seconds: number;
  readonly pools: readonly number[];
}

export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      parts: { type: 'string', default: 'throughput,curve,growth' },
      workers: { type: 'string', default: '2' },
      tickets: { type: 'string', default: '8000' },
      'per-job': { type: 'string', default: '1,50' },
      rounds: { type: 'string', default: '5' },
      rates: { type: 'string', default: '250,500,1000,2000,3000,4000,6000' },
      seconds: { type: 'string', default: '5' },
      pools: { type: 'string', default: '1000,10000,50000,200000' },
      page: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  });
  const options: Options = {
    parts: new Set(values.parts.split(',')),
    workers: wholes('--workers', values.workers),
    tickets: wholeNumber('--tickets', values.tickets),
    feedings: feedingsOf(wholes('--per-job', values['per-job'])),
    rounds: wholeNumber('--rounds', values.rounds),
    rates: wholes('--rates', values.rates),
    seconds: wholeNumber('--seconds', values.seconds),
    pools: wholes('--pools', values.pools),
  };
  await using stack = await startStack({
    env: process.env,
    parts: ['queueRedis', 'cacheRedis', 'documentdb'],
    progress: say,
  });
  const report = {
    machine: machine(),
    ticketsPerCase: options.tickets,
    throughput: options.parts.has('throughput') ? await measureThroughput(stack, options) : [],
    budgets: options.parts.has('budget') ? await measureBudgets(stack, options) : [],
    curve: options.parts.has('curve') ? await measureCurve(stack, options) : [],
    growth: options.parts.has('growth') ? await measurePools(stack, options) : [],
  };
  if (values.json) console.log(JSON.stringify(toJson(report)));
  else print(report);
  if (values.page) writeChart(values.page, chart(report.curve));
}

async function measureThroughput(stack: Stack, options: Options): Promise<Throughput[]> {
  const { concurrency } = queues.matchmaking;
  const found: Throughput[] = [];
  for (const workers of options.workers)
    for (const feeding of options.feedings) {
      const rounds: Throughput[] = [];
      for (let round = 0; round < options.rounds; round++) {
        const bare = await measureBare(stack, { workers, concurrency, jobs: 2 * options.tickets });
        await using fleet = await openFleetUnderTest(stack, workers);
        await warmUp(fleet, feeding);
        const processes = processesOf(stack, fleet);
        const meter = () => openMeters({ ...fleet, processes });
        const journey = await measureJourney(fleet, options.tickets, feeding, meter);
        rounds.push({ workers, perJob: feeding.perJob, bare, ...journey });
        const { costs: _costs, ...speeds } = journey;
        say(`round ${round + 1}: ${JSON.stringify({ workers, ...feeding, bare, ...speeds })}`);
      }
      const ratio = (it: Throughput) => it.persistedPerSecond / it.bare.jobsPerSecond;
      const middle = rounds.toSorted((a, b) => ratio(a) - ratio(b))[Math.floor(rounds.length / 2)];
      if (middle) found.push(middle);
    }
  return found;
}

async function measureBudgets(stack: Stack, options: Options): Promise<Budget[]> {
  const budgets: Budget[] = [];
  for (const feeding of options.feedings) {
    await using fleet = await openFleetUnderTest(stack, options.workers[0] ?? 1);
    await warmUp(fleet, feeding);
    const { costs: trips } = await measureJourney(fleet, options.tickets, feeding, () =>
      logRoundTrips(fleet.redis),
    );
    budgets.push({ perJob: feeding.perJob, tickets: options.tickets, trips });
  }
  return budgets;
}

/** A rate is beyond what the fleet can do when it decides a tenth less than arrives. */
async function measureCurve(stack: Stack, options: Options): Promise<Arrivals[]> {
  await using fleet = await openFleetUnderTest(stack, options.workers[0] ?? 1);
  await measureArrivals(fleet, 500, 1);
  const curve: Arrivals[] = [];
  for (const rate of options.rates.toSorted((a, b) => a - b)) {
    const point = await measureArrivals(fleet, rate, options.seconds);
    curve.push(point);
    say(JSON.stringify(point));
    if (point.decidedPerSecond < 0.9 * rate) break;
  }
  return curve;
}

async function measurePools(stack: Stack, options: Options): Promise<Growth[]> {
  await using fleet = await openFleetUnderTest(stack, options.workers[0] ?? 1);
  return await measureGrowth(fleet, options.pools);
}

function processesOf(stack: Stack, { workers }: FleetUnderTest): Record<string, readonly number[]> {
  return {
    client: [process.pid],
    ...Object.fromEntries(workers.map(({ pid }, n) => [`worker ${n + 1}`, [pid]])),
    'queue Redis': stack.part('queueRedis').pids,
    DocumentDB: stack.part('documentdb').pids,
  };
}

const say = (line: string): void => void process.stderr.write(`${line}\n`);

/** As many services as keep the fleet busy, each with a call of its own on its way. */
const feedingsOf = (perJob: readonly number[]): Feeding[] =>
  perJob.map((each) => ({ perJob: each, services: each === 1 ? 32 : 8 }));

const wholes = (option: string, text: string): number[] =>
  text.split(',').map((each) => wholeNumber(option, each));
