import { randomBytes, randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import type { Redis } from 'ioredis';
import { startStack } from '../../infra/local/stack.ts';
import { domainKeys, poolTag } from '../../jobs/keys.ts';
import { freshRange } from '../../jobs/scripts/assemble.ts';
import { workerScript } from '../../workers/pool/script.ts';
import { openRedis } from '../../workers/process/redis.ts';
import { clear } from '../support/domain.ts';
import { machine } from './machine.ts';
import { median } from './median.ts';
import { lifeOf, type Step } from './scripts-workload.ts';

export const usage = `What a call of a script costs the queue Redis, and a ticket in it.

  npm run bench -- scripts [options]

  --tickets N  tickets of each kind a round (default 2000)
  --rounds N   of which the median counts (default 5)
  --json       print only one JSON object`;

/** µs of the server's main thread, by kind of call. */
type Costs = ReadonlyMap<string, number>;

const scripts = ['place', 'stop', 'start', 'commit', 'settle'];

export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      tickets: { type: 'string', default: '2000' },
      rounds: { type: 'string', default: '5' },
      json: { type: 'boolean', default: false },
    },
  });
  const [tickets, rounds] = [Number(values.tickets), Number(values.rounds)];
  await using stack = await startStack({ env: process.env, parts: ['queueRedis'], progress: say });
  const redis = openRedis(stack.env['QUEUE_REDIS_URL'] ?? '', () => undefined);
  const digests = new Map<string, string>();
  for (const name of scripts) digests.set(name, String(await redis.script('LOAD', workerScript(name).text)));
  const steps = lifeOf(tickets);
  const measured: Costs[] = [];
  for (let round = 1; round <= rounds; round++) {
    say(`round ${round} of ${rounds}`);
    measured.push(await live(redis, digests, steps));
  }
  redis.disconnect();

  const rows = steps.map(({ what, perCall, calls }) => {
    const cost = median(measured.map((costs) => costs.get(what) ?? Number.NaN));
    return {
      call: what,
      n: calls.length,
      'µs a call': Number(cost.toFixed(1)),
      'µs a ticket': Number((cost / perCall).toFixed(1)),
    };
  });
  if (values.json) console.log(JSON.stringify({ machine: machine(), rounds, rows }));
  else {
    console.log(`${machine()}; medians of ${rounds} rounds; µs of the server's main thread`);
    console.table(rows);
  }
}

/** Lets a domain of its own live through the steps. Returns what a call of each cost. */
async function live(
  redis: Redis,
  digests: ReadonlyMap<string, string>,
  steps: readonly Step[],
): Promise<Costs> {
  const domain = `bench-${randomBytes(4).toString('hex')}`;
  const tag = poolTag(domain);
  await redis.hset(domainKeys(domain).configuration('duel'), 'version', 1, 'body', '{}');
  const costs = new Map<string, number>();
  for (const { what, calls } of steps) {
    const commands = calls.map(({ script, args }) => [
      ...['EVALSHA', digests.get(script) ?? '', 1],
      tag,
      randomInt(freshRange),
      ...args,
    ]);
    const before = await serverCpu(redis);
    for (let at = 0; at < commands.length; at += 500) {
      const pipeline = redis.pipeline();
      for (const [name, ...rest] of commands.slice(at, at + 500)) pipeline.call(String(name), ...rest);
      const answers = (await pipeline.exec()) ?? [];
      const failed = answers.find(([error]) => error);
      if (failed) throw new Error(`${what} failed`, { cause: failed[0] });
    }
    costs.set(what, ((await serverCpu(redis)) - before) / calls.length);
  }
  await clear(redis, domain);
  return costs;
}

/** CPU time of the server's main thread, µs. */
async function serverCpu(redis: Redis): Promise<number> {
  const info = await redis.info('cpu');
  const seconds = (field: string) => Number(new RegExp(`^${field}:([\\d.]+)`, 'm').exec(info)?.[1]);
  return 1e6 * (seconds('used_cpu_user_main_thread') + seconds('used_cpu_sys_main_thread'));
}

function say(line: string): void {
  process.stderr.write(`scripts: ${line}\n`);
}
