import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startStack } from '../../infra/local/stack.ts';
import { duelist, type FleetUnderTest, openFleetUnderTest } from './fleet-under-test.ts';
import { machine } from './machine.ts';

export const usage = `How long "why does this ticket wait?" takes in a large pool, and what it does to the pool's matches.

  npm run bench -- explain [--tickets N] [--json]

  --tickets N   tickets waiting in one pool, none of which can match (default 100000)`;

/** Further apart than the window of the rule set, so that nobody matches. */
const apart = 250;
const startedAtOnce = 500;
const pairs = 30;

/** One worker holds the pool; every figure is in ms. */
export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: { tickets: { type: 'string', default: '100000' }, json: { type: 'boolean', default: false } },
  });
  const tickets = Number(values.tickets);
  await using stack = await startStack({
    env: process.env,
    parts: ['queueRedis', 'cacheRedis', 'documentdb'],
    progress: (line) => process.stderr.write(`stack: ${line}\n`),
  });
  await using fleet = await openFleetUnderTest(stack, 1);
  await fill(fleet, tickets);
  const explain = () => timed(() => fleet.client.explainTicket(`t${Math.floor(tickets / 2)}`));

  const first = await explain();
  const oneByOne = await repeated(30, explain);
  const together = await Promise.all(Array.from({ length: 20 }, explain));
  const undisturbed = await repeated(pairs, (n) => timeToMatch(fleet, `u${n}`));
  const asking = new AbortController();
  const askers = Array.from({ length: 4 }, async () => {
    while (!asking.signal.aborted) await explain();
  });
  const disturbed = await repeated(pairs, (n) => timeToMatch(fleet, `d${n}`));
  asking.abort();
  await Promise.all(askers);

  const rows = {
    'first explanation': spread([first]),
    'one after another': spread(oneByOne),
    '20 at once': spread(together),
    'start to match, nobody asking': spread(undisturbed),
    'start to match, 4 asking all the time': spread(disturbed),
  };
  if (values.json) console.log(JSON.stringify({ machine: machine(), tickets, ms: rows }, null, 2));
  else {
    console.log(`${tickets} tickets waiting in one pool, ms; ${machine()}`);
    console.table(rows);
  }
}

async function fill({ client, quiet }: FleetUnderTest, tickets: number): Promise<void> {
  for (let from = 0; from < tickets; from += startedAtOnce) {
    const batch = Array.from({ length: Math.min(startedAtOnce, tickets - from) }, (_, at) => from + at);
    const started = await client.startMatchmakingAll(batch.map((n) => duelist(`p${n}`, `t${n}`, n * apart)));
    const failed = started.find((it) => it.status === 'rejected');
    if (failed) throw failed.reason;
  }
  await quiet();
}

/** Two players who match start together, far from everybody else. */
async function timeToMatch({ client }: FleetUnderTest, name: string): Promise<number> {
  return timed(async () => {
    const ids = [`${name}a`, `${name}b`];
    await client.startMatchmakingAll(ids.map((id) => duelist(id, id, -1_000)));
    for (;;) {
      const [ticket] = await client.describeMatchmaking(ids);
      if (ticket?.matchId) return;
      await pause(5);
    }
  });
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

async function repeated(times: number, measure: (n: number) => Promise<number>): Promise<number[]> {
  const found: number[] = [];
  for (let n = 0; n < times; n++) found.push(await measure(n));
  return found;
}

function spread(ms: readonly number[]) {
  const sorted = ms.toSorted((a, b) => a - b);
  return { p50: Math.round(sorted[Math.floor(sorted.length / 2)] ?? 0), max: Math.round(sorted.at(-1) ?? 0) };
}
