import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename } from 'node:path';
import type { Redis } from 'ioredis';
import { producerScript } from '../../producers/connection/script.ts';
import { workerScript } from '../../workers/pool/script.ts';

/** What the calls of one script cost. */
export interface RoundTrips {
  readonly what: string;
  readonly calls: number;
  /** Time inside Redis, µs, the scripts' own commands included: of all calls, and of the longest. */
  readonly usec: number;
  readonly longest: number;
}

/** Entries Redis keeps of what it did; a run that makes more loses the oldest, and is refused. */
const kept = 1_000_000;

/**
 * Has Redis log every command with its time, until the function returned reads the log: which scripts were
 * called, by their file's name. It logs what scripts run as well, so it is slower meanwhile, and times
 * compare only with each other.
 */
export async function logRoundTrips(redis: Redis): Promise<() => Promise<RoundTrips[]>> {
  await redis.config('SET', 'slowlog-max-len', String(kept));
  await redis.slowlog('RESET');
  await redis.config('SET', 'slowlog-log-slower-than', '0');
  return async () => {
    await redis.config('SET', 'slowlog-log-slower-than', '-1');
    const entries = (await redis.slowlog('GET', '-1')) as unknown as [number, number, number, string[]][];
    await redis.slowlog('RESET');
    if (entries.length >= kept) throw new Error(`more than ${kept} commands: measure fewer tickets`);
    const names = scriptNames();
    const trips = new Map<string, { calls: number; usec: number; longest: number }>();
    for (const [, , usec, [command = '', first = '']] of entries) {
      const what = /^evalsha$/i.test(command)
        ? (names.get(first) ?? `script ${first}`)
        : command.toLowerCase();
      const sum = trips.get(what) ?? { calls: 0, usec: 0, longest: 0 };
      trips.set(what, {
        calls: sum.calls + 1,
        usec: sum.usec + usec,
        longest: Math.max(sum.longest, usec),
      });
    }
    return [...trips].map(([what, sum]) => ({ what, ...sum })).sort((a, b) => b.usec - a.usec);
  };
}

/** Script names by digest: the fleet's own and BullMQ's. */
function scriptNames(): Map<string, string> {
  const names = new Map<string, string>();
  const note = (name: string, lua: string) => names.set(digest(lua), name);
  for (const [folder, script] of [
    ['workers/pool/scripts', workerScript],
    ['producers/scripts', producerScript],
    ['jobs/scripts', workerScript],
  ] as const)
    for (const file of readdirSync(new URL(`../../${folder}/`, import.meta.url)))
      if (file.endsWith('.lua')) note(file, script(basename(file, '.lua')).text);
  const bullmq = createRequire(import.meta.url)('bullmq/dist/cjs/scripts/index.js') as Readonly<
    Record<string, { name: string; content: string }>
  >;
  for (const { name, content } of Object.values(bullmq)) note(`BullMQ ${name}`, content);
  return names;
}

const digest = (lua: string): string => createHash('sha1').update(lua).digest('hex');
