import { parseArgs } from 'node:util';
import { startStack } from '../../infra/local/stack.ts';
import { queueNames } from '../../jobs/contract.ts';
import { poolTag, queuePrefix } from '../../jobs/keys.ts';
import { queuesOf } from '../support/client-inside.ts';
import { writeChart } from './chart-page.ts';
import { readTickets } from './fleet-journey.ts';
import { type FleetUnderTest, openFleetUnderTest } from './fleet-under-test.ts';
import { slope } from './least-squares.ts';
import { chartOfLooks } from './looks-chart.ts';
import { machine } from './machine.ts';
import { type Look, measureCapacity, press } from './pressure.ts';
import { wholeNumber } from './whole-number.ts';

export const usage = `The fleet at half of what it can do for long: is memory flat, is what is finished forgotten?

  npm run bench -- soak [--minutes N] [--workers N] [--players N] [--rate N] [--page FILE] [--json]

  --minutes N   default 60
  --workers N   worker processes (default 2)
  --players N   who queue in turns, play and are rated (default 10000)
  --rate N      tickets a second (default: half of what it can do, which is half of what it can store, measured first:
                to rate the matches takes as much again)
  --page FILE   write the run as a chart: a page that any browser shows
  --json        print only one JSON object

Tickets that ended stay for ten minutes: Valkey grows by that until the first of them leave. Keys are counted in two kinds: those that expire, and those that do not. Slopes are of the second half.`;

/** What is kept for work that is over. */
interface Kept {
  readonly keysThatExpire: number;
  readonly keysThatStay: number;
  readonly events: number;
  /** Jobs that ended and are still there. */
  readonly jobs: number;
}

export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      minutes: { type: 'string', default: '60' },
      workers: { type: 'string', default: '2' },
      players: { type: 'string', default: '10000' },
      rate: { type: 'string' },
      page: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  });
  const seconds = wholeNumber('--minutes', values.minutes) * 60;
  const players = wholeNumber('--players', values.players);
  const say = (line: string) => process.stderr.write(`${line}\n`);
  await using stack = await startStack({
    env: process.env,
    parts: ['queueRedis', 'cacheRedis', 'documentdb'],
    progress: say,
  });
  await using fleet = await openFleetUnderTest(stack, wholeNumber('--workers', values.workers));
  const sessions = Array.from({ length: players }, (_, n) => ({ playerId: `${fleet.run}-${n}` }));
  await fleet.client.createSessionAll(sessions);
  await fleet.quiet();
  const rate = values.rate
    ? wholeNumber('--rate', values.rate)
    : Math.round((await measureCapacity(fleet, 5_000)) / 4);
  say(`${rate} tickets a second for ${seconds} s`);

  const kept: { at: number; kept: Kept }[] = [];
  const startedAt = Date.now();
  const countEvery = setInterval(
    () => {
      countKept(fleet).then(
        (counted) => {
          kept.push({ at: (Date.now() - startedAt) / 1_000, kept: counted });
          say(JSON.stringify(counted));
        },
        (error: unknown) => say(String(error)),
      );
    },
    (seconds * 1_000) / 20,
  );
  const looks = await press(fleet, {
    seconds,
    rateAt: () => rate,
    players,
    lookEvery: Math.max(1, Math.round(seconds / 60)),
    onEnded: (ticketIds) => report(fleet, ticketIds),
    onLook: (look) => say(JSON.stringify(look)),
  });
  clearInterval(countEvery);
  await fleet.quiet();
  const summary = { rate, seconds, ...slopes(looks, kept), afterwards: await countKept(fleet) };
  if (values.json) console.log(JSON.stringify({ ...summary, looks, kept }));
  else {
    console.log(machine());
    console.table(looks);
    console.table(kept.map((it) => ({ at: Math.round(it.at), ...it.kept })));
    console.log(summary);
  }
  if (values.page) writeChart(values.page, chart(looks));
}

const chart = (looks: readonly Look[]) =>
  chartOfLooks(looks, {
    title: 'The fleet at half of what it can do',
    y: 'MiB; ms; tickets a second',
    lines: {
      'stored a second': 'stored',
      'oldest waiting, ms': 'oldestMs',
      'call p99, ms': 'callMs',
      'a worker, MiB': 'workersMiB',
      'Valkey, MiB': 'valkeyMiB',
      'client, MiB': 'clientMiB',
    },
  });

/** Reports the results of the matches these tickets ended in. */
async function report(fleet: FleetUnderTest, ticketIds: readonly string[]): Promise<void> {
  const tickets = await readTickets(fleet, ticketIds);
  const matchIds = new Set(tickets.flatMap((it) => (it.status === 'COMPLETED' ? [it.match] : [])));
  await fleet.client.reportMatchResultAll(
    [...matchIds].map((matchId) => ({
      matchId,
      teams: [
        { name: 'side_1', rank: 1 },
        { name: 'side_2', rank: 2 },
      ],
    })),
  );
}

/** Growth an hour, of the second half. */
function slopes(looks: readonly Look[], kept: readonly { at: number; kept: Kept }[]) {
  const anHour = (points: readonly { x: number; y: number }[]) =>
    Math.round(slope(points.slice(Math.floor(points.length / 2))) * 3_600);
  const ofLooks = (of: 'workersMiB' | 'valkeyMiB' | 'clientMiB') =>
    anHour(looks.map((look) => ({ x: look.at, y: look[of] })));
  const ofKept = (of: keyof Kept) => anHour(kept.map((it) => ({ x: it.at, y: it.kept[of] })));
  return {
    anHour: {
      workersMiB: ofLooks('workersMiB'),
      valkeyMiB: ofLooks('valkeyMiB'),
      keysThatStay: ofKept('keysThatStay'),
      keysThatExpire: ofKept('keysThatExpire'),
      events: ofKept('events'),
      jobs: ofKept('jobs'),
    },
  };
}

async function countKept({ redis, domain, client }: FleetUnderTest): Promise<Kept> {
  const keyspace = /^db0:keys=(\d+),expires=(\d+)/m.exec(await redis.info('keyspace'));
  const [keys = 0, keysThatExpire = 0] = [keyspace?.[1], keyspace?.[2]].map(Number);
  const counts = await Promise.all(
    queueNames.map((name) => queuesOf(client)[name].getJobCountByTypes('completed', 'failed')),
  );
  const noted = await Promise.all(
    queueNames.map((name) => redis.xlen(`${queuePrefix(domain, name)}:${name}:events`)),
  );
  return {
    keysThatExpire,
    keysThatStay: keys - keysThatExpire,
    events: (await redis.xlen(`${poolTag(domain)}:events`)) + noted.reduce((sum, it) => sum + it, 0),
    jobs: counts.reduce((sum, it) => sum + it, 0),
  };
}
