import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, inject, onTestFinished, test } from 'vitest';
import { variableOf } from '../../infra/local/part.ts';

const patience = { timeout: 60_000, interval: 100 };

const nothing = { containers: [], networks: [] };

describe.skipIf(inject('dockerObstacle'))('npm run stack in Docker', () => {
  test.each([
    ['Ctrl-C', interrupt],
    ['killing it', kill],
  ])('%s leaves no container, network or volume', async (_how, end) => {
    const { npm, running, found } = await npmRunStack();
    await running;
    const { containers, networks } = found();
    expect([containers.length, networks.length]).toEqual([2, 1]);
    const volumes = volumesOf(containers);
    expect(existing(volumes)).toEqual(volumes);

    end(npm);

    await expect.poll(found, patience).toEqual(nothing);
    expect(existing(volumes)).toEqual([]);
  });

  test('Ctrl-C gives the prompt back when everything is gone', async () => {
    const { npm, running, found } = await npmRunStack();
    await running;

    interrupt(npm);
    await once(npm, 'exit');

    expect(found()).toEqual(nothing);
  });

  test.each([
    ['Ctrl-C', interrupt],
    ['killing it', kill],
  ])('%s while the containers start leaves none', async (_how, end) => {
    const { npm, found } = await npmRunStack();
    await expect.poll(() => found().networks, patience).toHaveLength(1);

    end(npm);

    // Compose removes the network last.
    await expect.poll(() => found().networks, patience).toEqual([]);
    expect(found()).toEqual(nothing);
  });
});

/** `npm run stack` in a process group and with a cache folder of its own, as a shell starts it. */
async function npmRunStack() {
  const cache = await mkdtemp(join(tmpdir(), 'docker-stack-'));
  onTestFinished(() => rm(cache, { recursive: true }));
  const urls = new Set<string>(Object.values(variableOf));
  const own = Object.entries(process.env).filter(([name]) => !urls.has(name));
  const npm = spawn('npm', ['run', '-s', 'stack', '--', 'queueRedis', 'cacheRedis'], {
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...Object.fromEntries(own), XDG_CACHE_HOME: cache, STACK_SERVERS: 'docker' },
  });
  onTestFinished(() => kill(npm));
  const runs = join(cache, 'matchmaking-fleet', 'runs');
  let project = '';
  const found = () => {
    const run = existsSync(runs) && readdirSync(runs).find((name) => name.startsWith('run-'));
    if (run) project = `matchmaking-fleet-${run}`.toLowerCase();
    return project ? resourcesOf(project) : nothing;
  };
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
  return { npm, running, found };
}

/** Ctrl-C in a shell goes to every process of the group. */
function interrupt(npm: ChildProcess): void {
  process.kill(-(npm.pid ?? 0), 'SIGINT');
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
