import { randomBytes, randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import type { Redis } from 'ioredis';
import { startStack } from '../../infra/local/stack.ts';
import { domainKeys, poolTag } from '../../jobs/keys.ts';
import { freshRange } from '../../jobs/scripts/assemble.ts';
import { openRedis } from '../../workers/redis.ts';
import { clear } from '../support/domain.ts';
import { machine } from './machine.ts';
import { median } from './median.ts';
import { functionLibrary, sentScript, wholeScript } from './scripts-versions.ts';
import { lifeOf, type Step } from './scripts-workload.ts';

export const usage = `What a call of a script costs the queue Redis: with all libraries before each script, with what it uses
(as the fleet sends it), and as a FUNCTION library, alone and beside another version.

  npm run bench -- scripts [options]

  --tickets N  tickets of each kind a round (default 2000)
  --rounds N   of which the median counts; the ways take turns in each (default 5)
  --json       print only one JSON object`;

/** µs of the server's main thread, by kind of call. */
type Costs = ReadonlyMap<string, number>;

/** How a script is called: the command before its hash tag. */
interface Way {
  readonly name: string;
  readonly open: (redis: Redis) => Promise<(script: string) => readonly (string | number)[]>;
}

const scripts = ['place', 'stop', 'start', 'commit', 'settle'];

const sending = (textOf: (name: string) => string) => async (redis: Redis) => {
  const digests = new Map<string, string>();
  for (const name of scripts) digests.set(name, String(await redis.script('LOAD', textOf(name))));
  return (name: string) => ['EVALSHA', digests.get(name) ?? '', 1];
};

const functions = (versions: readonly number[]) => async (redis: Redis) => {
  await redis.call('FUNCTION', 'FLUSH');
  for (const version of versions) await redis.call('FUNCTION', 'LOAD', functionLibrary(scripts, version));
  return (name: string) => ['FCALL', `${name}_${versions[0]}`, 1];
};

const ways: readonly Way[] = [
  { name: 'all libraries', open: sending(wholeScript) },
  { name: 'what it uses', open: sending(sentScript) },
  { name: 'FUNCTION', open: functions([7]) },
  { name: 'FUNCTION, two versions', open: functions([7, 6]) },
];

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
  const steps = lifeOf(tickets);
  const measured = new Map<Way, Costs[]>(ways.map((way) => [way, []]));
  for (let round = 1; round <= rounds; round++) {
    say(`round ${round} of ${rounds}`);
    for (const way of round % 2 === 1 ? ways : ways.toReversed())
      measured.get(way)?.push(await live(redis, way, steps));
  }
  redis.disconnect();

  const rows = steps.map(({ what, calls }) => {
    const [all = [], used = [], one = [], two = []] = ways.map((way) =>
      (measured.get(way) ?? []).map((costs) => costs.get(what) ?? Number.NaN),
    );
    const cost = (costs: readonly number[]) => Number(median(costs).toFixed(1));
    // Within a round the ways meet the same machine, so each round's ratio counts.
    const ratio = (costs: readonly number[]) =>
      Number(median(costs.map((it, round) => it / (used[round] ?? Number.NaN))).toFixed(2));
    return {
      call: what,
      n: calls.length,
      'all libraries, µs': cost(all),
      'what it uses, µs': cost(used),
      'FUNCTION, µs': cost(one),
      'all ÷ used': ratio(all),
      'FUNCTION ÷ used': ratio(one),
      'two versions ÷ used': ratio(two),
    };
  });
  if (values.json) console.log(JSON.stringify({ machine: machine(), rounds, rows }));
  else {
    console.log(
      `${machine()}; medians of ${rounds} rounds and of their ratios; µs of the server's main thread a call`,
    );
    console.table(rows);
  }
}

/** Lets a domain of its own live through the steps. Returns what a call of each cost. */
async function live(redis: Redis, way: Way, steps: readonly Step[]): Promise<Costs> {
  const domain = `bench-${randomBytes(4).toString('hex')}`;
  const tag = poolTag(domain);
  const callOf = await way.open(redis);
  await redis.hset(domainKeys(domain).configuration('duel'), 'version', 1, 'body', '{}');
  const costs = new Map<string, number>();
  for (const { what, calls } of steps) {
    const commands = calls.map(({ script, args }) => [
      ...callOf(script),
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
      if (failed) throw new Error(`${way.name}: ${what} failed`, { cause: failed[0] });
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
