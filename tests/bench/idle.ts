import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startStack } from '../../infra/local/stack.ts';
import { openPoolOf, poolSplits } from '../../jobs/configuration/pool-name.ts';
import { poolTag } from '../../jobs/keys.ts';
import { loadRuleSet } from '../../jobs/rule-set/load.ts';
import type { TicketPlayer } from '../../jobs/ticket/ticket.ts';
import { openTickets } from '../../producers/starting/tickets.ts';
import { openPool } from '../../workers/pool/pool.ts';
import { aConfiguration } from '../support/builders.ts';
import { openMeters } from './fleet-costs.ts';
import { type FleetUnderTest, openFleetUnderTest } from './fleet-under-test.ts';
import { machine } from './machine.ts';

export const usage = `What a fleet costs in which nobody plays: with many configurations and pools that were used once, beside none.

  npm run bench -- idle [options]

  --configurations N  (default 300)
  --pools N           pools that had a ticket each, over all configurations (default 10000)
  --workers N         worker processes (default 2)
  --seconds N         how long each is measured (default 30)
  --json              print only one JSON object`;

/** Pools of one configuration are those of the modes its players want. */
const ruleSet = JSON.stringify({
  ruleLanguageVersion: '1.0',
  playerAttributes: [{ name: 'mode', type: 'string' }],
  teams: [{ name: 'side', minPlayers: 1, maxPlayers: 1, quantity: 2 }],
  rules: [{ name: 'SameMode', type: 'batchDistance', batchAttribute: 'mode' }],
});

interface Idle {
  readonly fleet: string;
  /** Those inside scripts included. */
  readonly redisCommandsPerSecond: number;
  /** Of one core. */
  readonly workersCpuPercent: number;
  readonly redisCpuPercent: number;
  readonly redisMiB: number;
}

export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      configurations: { type: 'string', default: '300' },
      pools: { type: 'string', default: '10000' },
      workers: { type: 'string', default: '2' },
      seconds: { type: 'string', default: '30' },
      json: { type: 'boolean', default: false },
    },
  });
  const [configurations, pools, seconds] = [values.configurations, values.pools, values.seconds].map(
    Number,
  ) as [number, number, number];
  await using stack = await startStack({
    env: process.env,
    parts: ['queueRedis', 'cacheRedis', 'documentdb'],
    progress: say,
  });
  await using fleet = await openFleetUnderTest(stack, Number(values.workers));
  const redisPids = stack.part('queueRedis').pids;
  const none = await measure('no pools', fleet, redisPids, seconds);
  await usePools(fleet, configurations, pools);
  const many = await measure(`${configurations} configurations, ${pools} pools`, fleet, redisPids, seconds);

  if (values.json)
    console.log(JSON.stringify({ machine: machine(), workers: fleet.workers.length, idle: [none, many] }));
  else {
    console.log(`${machine()}, ${fleet.workers.length} workers, ${seconds} s each`);
    console.table([none, many]);
  }
}

/** Lets a ticket into every pool and out again, and waits until the fleet has laid them all to rest. */
async function usePools(fleet: FleetUnderTest, configurations: number, pools: number): Promise<void> {
  const { redis, domain } = fleet;
  const pool = openPool(redis, domain);
  const tickets = openTickets(redis, domain);
  const loaded = loadRuleSet(ruleSet);
  if (!loaded.ok) throw new Error('the rule set does not load');
  const template = aConfiguration();
  const names = Array.from({ length: configurations }, (_, n) => `idle-${n}`);
  for (const name of names)
    await pool.settings.install({
      ...template,
      configuration: { ...template.configuration, name },
      ruleSet: { name: 'idle', version: 1, body: ruleSet },
    });
  const parties = Array.from({ length: pools }, (_, n) => {
    const players: TicketPlayer[] = [{ playerId: `p${n}`, attributes: { mode: { S: `mode-${n}` } } }];
    const configuration = names[n % configurations] ?? '';
    const place = openPoolOf(configuration, poolSplits(loaded.ruleSet))(players);
    return {
      ...{ ticketId: `t${n}`, callId: `call-${n}`, configuration, version: template.version },
      ...{ players, pool: place, timeoutMs: 3_600_000, unrated: false },
      actor: { kind: 'service', name: 'bench' } as const,
    };
  });
  for (let from = 0; from < pools; from += 200) {
    const some = parties.slice(from, from + 200);
    await tickets.start(some);
    await Promise.all(some.map((it) => pool.tickets.stop(it.ticketId)));
  }
  for (;;) {
    const due = await redis.zcard(`${poolTag(domain)}:due`);
    say(`${due} pools have yet to come to rest`);
    if (due === 0) break;
    await pause(5_000);
  }
  await fleet.quiet();
}

async function measure(
  name: string,
  { redis, db, workers }: FleetUnderTest,
  redisPids: readonly number[],
  seconds: number,
): Promise<Idle> {
  const read = await openMeters({
    redis,
    db,
    processes: { workers: workers.map((it) => it.pid), redis: redisPids },
  });
  await pause(seconds * 1_000);
  const costs = await read();
  const { info: _ours, ...theirs } = costs.redis;
  const calls = Object.values(theirs).reduce((sum, it) => sum + it.calls, 0);
  const percent = (process: string) =>
    Number(((100 * (costs.processes[process]?.cpuSeconds ?? 0)) / costs.seconds).toFixed(1));
  const memory = /^used_memory:(\d+)/m.exec(await redis.info('memory'))?.[1];
  return {
    fleet: name,
    redisCommandsPerSecond: Number((calls / costs.seconds).toFixed(1)),
    workersCpuPercent: percent('workers'),
    redisCpuPercent: percent('redis'),
    redisMiB: Number((Number(memory) / 2 ** 20).toFixed(1)),
  };
}

function say(line: string): void {
  process.stderr.write(`idle: ${line}\n`);
}
