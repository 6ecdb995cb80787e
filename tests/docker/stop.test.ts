import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, inject, onTestFinished, test } from 'vitest';
import { variableOf } from '../../infra/local/part.ts';

const patience = { timeout: 60_000, interval: 100 };

const npmRun = ['npm', 'run', '-s', 'stack', '--'];
const nothing = { containers: [], networks: [] };

describe.skipIf(inject('dockerObstacle'))('npm run stack in Docker', () => {
  test.each([
    ['Ctrl-C', interrupt],
    ['killing it', kill],
  ])('%s leaves no container, network or volume', async (_how, end) => {
    const { npm, running, found, left } = await npmRunStack();
    await running;
    const { containers, networks } = found();
    expect([containers.length, networks.length]).toEqual([2, 1]);
    const volumes = volumesOf(containers);
    expect(existing(volumes)).toEqual(volumes);

    end(npm);

    await expect.poll(left, patience).toEqual([]);
    expect(existing(volumes)).toEqual([]);
  });

  test('Ctrl-C gives the prompt back when everything is gone', async () => {
    const { npm, running, left } = await npmRunStack();
    await running;

    interrupt(npm);
    await once(npm, 'exit');

    expect(left()).toEqual([]);
  });

  test.each([
    ['Ctrl-C', npmRun, interrupt],
    ['killing it', npmRun, kill],
    // Compose, in the middle of its work, outlives it.
    ['killing the process that starts them', ['node', 'infra/local/main.ts'], killAlone],
  ])('%s while the containers start leaves none', async (_how, command, end) => {
    const { npm, left, commands } = await npmRunStack(command);
    await expect.poll(() => commands().length, patience).toBeGreaterThan(1);

    end(npm);

    await expect.poll(commands, patience).toEqual([]);
    expect(left()).toEqual([]);
  });
});

/** `npm run stack` in a process group and with a cache folder of its own, as a shell starts it. */
async function npmRunStack([program = '', ...args] = npmRun) {
  const cache = await mkdtemp(join(tmpdir(), 'docker-stack-'));
  onTestFinished(() => rm(cache, { recursive: true }));
  const urls = new Set<string>(Object.values(variableOf));
  const own = Object.entries(process.env).filter(([name]) => !urls.has(name));
  const npm = spawn(program, [...args, 'queueRedis', 'cacheRedis'], {
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...Object.fromEntries(own), XDG_CACHE_HOME: cache, STACK_SERVERS: 'docker' },
  });
  onTestFinished(() => kill(npm));
  const runs = join(cache, 'matchmaking-fleet', 'runs');
  let project = '';
  /** The Compose project, once its run has begun. It outlives the run's folder. */
  const projectOf = () => {
    const run = existsSync(runs) && readdirSync(runs).find((name) => name.startsWith('run-'));
    if (run) project = `matchmaking-fleet-${run}`.toLowerCase();
    return project;
  };
  const found = () => (projectOf() ? resourcesOf(project) : nothing);
  /** The commands of Compose that run, and the one that takes down at the end. */
  const commands = () =>
    projectOf()
      ? spawnSync('pgrep', ['-f', project], { encoding: 'utf8' }).stdout.trim().split('\n').filter(Boolean)
      : [];
  const running = (async () => {
    const lines: string[] = [];
    for await (const line of createInterface({ input: npm.stderr })) {
      lines.push(line);
      if (line.includes('Ctrl-C stops it')) return;
    }
    throw new Error(`npm run stack ended:\n${lines.join('\n')}`);
  })();
  // The tests that do not wait for it end it on purpose.
  running.catch(() => {});
  const left = () => Object.values(found()).flat();
  return { npm, running, found, left, commands };
}

/** Ctrl-C in a shell goes to every process of the group. */
function interrupt(npm: ChildProcess): void {
  process.kill(-(npm.pid ?? 0), 'SIGINT');
}

function killAlone(process: ChildProcess): void {
  process.kill('SIGKILL');
}

function kill(npm: ChildProcess): void {
  try {
    process.kill(-(npm.pid ?? 0), 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

const docker = (...args: string[]) =>
  execFileSync('docker', args, { encoding: 'utf8' }).split('\n').filter(Boolean);

function resourcesOf(project: string) {
  const label = `label=com.docker.compose.project=${project}`;
  return {
    containers: docker('ps', '--all', '--quiet', '--filter', label),
    networks: docker('network', 'ls', '--quiet', '--filter', label),
  };
}

const volumesOf = (containers: readonly string[]) =>
  docker('inspect', '--format', '{{range .Mounts}}{{println .Name}}{{end}}', ...containers);

/** Those of the volumes that are there. */
function existing(volumes: readonly string[]): readonly string[] {
  const all = docker('volume', 'ls', '--quiet');
  return volumes.filter((volume) => all.includes(volume));
}
