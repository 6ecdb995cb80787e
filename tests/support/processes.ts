import { readdirSync, readFileSync } from 'node:fs';

/** A process, and when it started: a pid alone may have been given to another meanwhile. */
export interface Running {
  readonly pid: number;
  readonly parent: number;
  readonly since: string;
  readonly name: string;
}

/** From `/proc/<pid>/stat`; nothing for a process that is gone, or dead and not yet collected. */
function look(pid: number): Running | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z') return undefined;
    const name = stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')'));
    return { pid, parent: Number(fields[1]), since: fields[19] ?? '', name };
  } catch {
    return undefined;
  }
}

export const isRunning = (process: Running) => look(process.pid)?.since === process.since;

/** The processes below one, however deep. */
export function descendantsOf(ancestor: number): Running[] {
  const all = readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? (look(Number(name)) ?? []) : []));
  const family = new Set([ancestor]);
  for (let known = 0; known < family.size; ) {
    known = family.size;
    for (const { pid, parent } of all) if (family.has(parent)) family.add(pid);
  }
  return all.filter(({ pid }) => family.has(pid));
}
