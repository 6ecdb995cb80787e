import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, inject, onTestFinished, test } from 'vitest';
import { variableOf } from '../../infra/local/part.ts';

const patience = { timeout: 60_000, interval: 100 };

describe.skipIf(inject('dockerObstacle'))('npm run stack in Docker', () => {
  test('Ctrl-C leaves no container, network or volume', async () => {
    const { npm, running, found } = await npmRunStack();
    await running;
    expect(found().containers).toHaveLength(2);
    expect(found().networks).toHaveLength(1);
    const { volumes } = found();
    expect(existing(volumes)).toEqual(volumes);

    interrupt(npm);
    await once(npm, 'exit');

    expect(found()).toEqual({ containers: [], networks: [], volumes: [] });
    expect(existing(volumes)).toEqual([]);
  });

  test('killing it leaves none either', async () => {
    const { npm, running, found } = await npmRunStack();
    await running;
    const { volumes } = found();

    killAll(npm);

    await expect.poll(found, patience).toEqual({ containers: [], networks: [], volumes: [] });
    expect(existing(volumes)).toEqual([]);
  });

  test.each([
    ['Ctrl-C', interrupt],
    ['killing it', killAll],
  ])('%s while the containers start leaves none', async (_how, end) => {
    const { npm, found, takenDown } = await npmRunStack();
    await expect.poll(() => found().networks, patience).toHaveLength(1);

    end(npm);

    await expect.poll(takenDown, patience).toBe(true);
    expect(found()).toEqual({ containers: [], networks: [], volumes: [] });
  });
});

/** `npm run stack` in a process group and with a cache folder of its own, as a shell starts it. */
async function npmRunStack() {
  const cache = await mkdtemp(join(tmpdir(), 'docker-stack-'));
  onTestFinished(() => rm(cache, { recursive: true }));
  const urls = new Set<string>(Object.values(variableOf));
  const own = Object.entries(process.env).filter(([name]) => !urls.has(name));
  const npm = spawn('npm', ['run', '-s', 'stack', '--', 'queueRedis', 'documentdb'], {
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...Object.fromEntries(own), XDG_CACHE_HOME: cache, STACK_SERVERS: 'docker' },
  });
  onTestFinished(() => killAll(npm));
  const runs = join(cache, 'matchmaking-fleet', 'runs');
  let project = '';
  const found = () => {
    const run = existsSync(runs) && readdirSync(runs).find((name) => name.startsWith('run-'));
    if (run) project = `matchmaking-fleet-${basename(run)}`.toLowerCase();
    return project ? resourcesOf(project) : { containers: [], networks: [], volumes: [] };
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
  /** Whether Compose has removed the project's network, which it does last. */
  const takenDown = () =>
    readdirSync(runs).every((run) => {
      const log = join(runs, run, 'docker-down.log');
      return !existsSync(log) || /Network .* Removed/.test(readFileSync(log, 'utf8'));
    });
  return { npm, running, found, takenDown };
}

/** Ctrl-C in a shell goes to every process of the group. */
function interrupt(npm: ChildProcess): void {
  process.kill(-(npm.pid ?? 0), 'SIGINT');
}

function killAll(npm: ChildProcess): void {
  try {
    process.kill(-(npm.pid ?? 0), 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

const docker = (...args: string[]) =>
  execFileSync('docker', args, { encoding: 'utf8' }).split('\n').filter(Boolean);

/** What a Compose project has. Its volumes are those of its containers. */
function resourcesOf(project: string) {
  const label = `label=com.docker.compose.project=${project}`;
  const containers = docker('ps', '--all', '--quiet', '--filter', label);
  const mounts = '{{range .Mounts}}{{println .Name}}{{end}}';
  return {
    containers,
    networks: docker('network', 'ls', '--quiet', '--filter', label),
    volumes: containers.length > 0 ? docker('inspect', '--format', mounts, ...containers) : [],
  };
}

/** Those of the volumes that are there. */
function existing(volumes: readonly string[]): readonly string[] {
  const all = docker('volume', 'ls', '--quiet');
  return volumes.filter((volume) => all.includes(volume));
}
