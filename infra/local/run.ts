import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { exitCode } from './command.ts';
import { lockFile } from './file-lock.ts';

/**
 * Where the local stack keeps what outlives a run: the Debian tree and its build log. Runs have their folders
 * there.
 */
export function cacheFolder({ XDG_CACHE_HOME, HOME = homedir() }: NodeJS.ProcessEnv): string {
  return join(XDG_CACHE_HOME || join(HOME, '.cache'), 'matchmaking-fleet');
}

/**
 * One run of the stack: a folder for its data and logs, and all that has to end with it, in reverse order of
 * its start.
 */
export interface Run {
  readonly folder: string;
  /**
   * The port that a server takes if it is free, by the name the server is started under. Others take any free
   * port.
   */
  readonly ports: Readonly<Record<string, number>>;
  readonly resources: AsyncDisposableStack;
}

/**
 * Opens a run with a folder of its own, which goes when the run's resources are disposed of or this process
 * exits. What a killed process leaves there is removed by the next run.
 */
export async function openRun(cache: string, ports: Run['ports'] = {}): Promise<Run> {
  const runs = join(cache, 'runs');
  await mkdir(runs, { recursive: true });
  await using _opening = await lockFile(join(runs, 'lock'));
  await sweep(runs);

  const folder = await mkdtemp(join(runs, 'run-'));
  const owner = await lockFile(join(folder, 'owner'));
  const onExit = () => spawnSync('rm', ['-rf', folder]);
  process.once('exit', onExit);
  const resources = new AsyncDisposableStack();
  resources.defer(async () => {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    process.off('exit', onExit);
    await owner.close();
  });
  return { folder, ports, resources };
}

/**
 * Removes the folders whose owner is dead: its lock can be had. The caller holds the lock that runs are
 * opened under.
 */
async function sweep(runs: string): Promise<void> {
  for (const name of await readdir(runs)) {
    if (!name.startsWith('run-')) continue;
    const folder = join(runs, name);
    await exitCode(['flock', '--nonblock', join(folder, 'owner'), 'rm', '-rf', '--one-file-system', folder]);
  }
}
