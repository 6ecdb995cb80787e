import { readdirSync, readFileSync } from 'node:fs';
import type { Redis } from 'ioredis';
import type { Db } from 'mongodb';

/** What a process used: seconds of one core, and MiB resident at the end. */
export interface ProcessCost {
  readonly cpuSeconds: number;
  readonly rssMiB: number;
}

export interface Costs {
  readonly seconds: number;
  readonly processes: Readonly<Record<string, ProcessCost>>;
  /** Commands the queue Redis ran, those inside scripts included, with the time they took in µs. */
  readonly redis: Readonly<Record<string, { readonly calls: number; readonly usec: number }>>;
  /** Commands DocumentDB was asked. */
  readonly documentdb: Readonly<Record<string, number>>;
}

export interface Metered {
  readonly redis: Redis;
  readonly db: Db;
  /** Process ids by the name they are reported under. */
  readonly processes: Readonly<Record<string, readonly number[]>>;
}

/** Starts the meters; the function returned reads them. */
export async function openMeters(metered: Metered): Promise<() => Promise<Costs>> {
  const read = async () => ({
    at: performance.now(),
    processes: Object.entries(metered.processes).map(([name, pids]) => [name, usageOf(pids)] as const),
    redis: await commandStats(metered.redis),
    documentdb: await documentdbCommands(metered.db),
  });
  const before = await read();
  return async () => {
    const after = await read();
    const cpuBefore = new Map(before.processes.map(([name, usage]) => [name, usage.cpuSeconds]));
    return {
      seconds: (after.at - before.at) / 1_000,
      processes: Object.fromEntries(
        after.processes.map(([name, { cpuSeconds, rssMiB }]) => [
          name,
          { cpuSeconds: cpuSeconds - (cpuBefore.get(name) ?? 0), rssMiB },
        ]),
      ),
      redis: Object.fromEntries(
        [...after.redis].flatMap(([name, { calls, usec }]) => {
          const earlier = before.redis.get(name) ?? { calls: 0, usec: 0 };
          return calls > earlier.calls
            ? [[name, { calls: calls - earlier.calls, usec: usec - earlier.usec }]]
            : [];
        }),
      ),
      documentdb: Object.fromEntries(
        [...after.documentdb].flatMap(([name, total]) => {
          const asked = total - (before.documentdb.get(name) ?? 0);
          return asked > 0 ? [[name, asked]] : [];
        }),
      ),
    };
  };
}

/** Clock ticks of `/proc/<pid>/stat` in a second, on every Linux Node runs on. */
const ticksPerSecond = 100;
const pageMiB = 4 / 1024;

/** From `/proc`, children included but for this process's own; processes that are gone count for nothing. */
export function usageOf(pids: readonly number[]): ProcessCost {
  const stats = readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? statOf(Number(name)) : []));
  const family = new Set(pids);
  for (let known = -1; known < family.size; ) {
    known = family.size;
    for (const { pid, parent } of stats) if (parent !== process.pid && family.has(parent)) family.add(pid);
  }
  const members = stats.filter(({ pid }) => family.has(pid));
  return {
    cpuSeconds: members.reduce((sum, it) => sum + it.ticks, 0) / ticksPerSecond,
    rssMiB: members.reduce((sum, it) => sum + it.pages, 0) * pageMiB,
  };
}

function statOf(pid: number): { pid: number; parent: number; ticks: number; pages: number }[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // Fields from the third on, after the name, which may hold anything.
    const fields = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    const [parent = 0, utime = 0, stime = 0, pages = 0] = [fields[1], fields[11], fields[12], fields[21]];
    return [{ pid, parent, ticks: utime + stime, pages }];
  } catch {
    return [];
  }
}

async function commandStats(redis: Redis): Promise<Map<string, { calls: number; usec: number }>> {
  const lines = (await redis.info('commandstats')).matchAll(/^cmdstat_(\S+):calls=(\d+),usec=(\d+)/gm);
  return new Map(
    [...lines].map(([, name = '', calls, usec]) => [name, { calls: Number(calls), usec: Number(usec) }]),
  );
}

async function documentdbCommands(db: Db): Promise<Map<string, number>> {
  const { metrics } = await db.admin().serverStatus();
  const commands = Object.entries(metrics.commands as Record<string, { total: number }>);
  return new Map(commands.map(([name, { total }]) => [name, Number(total)]));
}
