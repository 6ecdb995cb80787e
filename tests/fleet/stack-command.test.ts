import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { expect, inject, onTestFinished, test, vi } from 'vitest';
import { variableOf } from '../../infra/local/part.ts';

test('the stack serves at the address it writes until Ctrl-C, which leaves no server, folder or file', async () => {
  const file = join(folder(), 'stack.env');
  const familiarIsFree = await isFree(6379);
  const stack = runStack(['queueRedis', '--env-file', file], {});
  await stack.says(/running/);

  const read = execFileSync('sh', ['-c', `. ${file}; printf %s "$QUEUE_REDIS_URL"`], { encoding: 'utf8' });
  expect(stack.out()).toContain(`export QUEUE_REDIS_URL='${read}'\n`);
  expect(await answersAt(read)).toBe(true);
  expect(new URL(read).port === '6379').toBe(familiarIsFree);

  stack.interrupt();
  expect(await stack.exited).toEqual([0, null]);
  expect(await answersAt(read)).toBe(false);
  expect(existsSync(file)).toBe(false);
  expect(existsSync(/logs in (\S+);/.exec(stack.err())![1]!)).toBe(false);
});

test('where the familiar port is taken, another one is', async () => {
  const other = createServer().on('error', () => {});
  other.listen(6379, '127.0.0.1');
  await Promise.race([once(other, 'listening'), once(other, 'error')]);
  onTestFinished(() => void other.close());
  const stack = runStack(['queueRedis'], {});
  await stack.says(/running/);

  const [, port] = /export QUEUE_REDIS_URL='redis:\/\/127\.0\.0\.1:(\d+)'/.exec(stack.out())!;
  expect(port).not.toBe('6379');
  expect(await answersAt(`redis://127.0.0.1:${port}`)).toBe(true);
});

test('it runs the console too, which goes with it', async () => {
  const stack = runStack(['queueRedis', '--console'], {});
  await stack.says(/the console is at/);

  const [, url = ''] = /the console is at (\S+)/.exec(stack.err())!;
  expect((await fetch(url)).status).toBe(200);
  stack.interrupt();
  expect(await stack.exited).toEqual([0, null]);
  await expect(fetch(url)).rejects.toThrow();
});

test('with every part given it says so, and stays until Ctrl-C', async () => {
  const stack = runStack([], inject('stackEnv'));
  await stack.says(/nothing to start: the environment names every part, and each of them answers/);

  expect(stack.out()).toContain(`export QUEUE_REDIS_URL='${inject('stackEnv')['QUEUE_REDIS_URL']}'\n`);
  stack.interrupt();
  expect(await stack.exited).toEqual([0, null]);
  expect(stack.err()).toMatch(/stopping\n$/);
  expect(await answersAt(inject('stackEnv')['QUEUE_REDIS_URL'] ?? '')).toBe(true);
});

test('a variable of a server that is gone is named, and none is printed', async () => {
  const stack = runStack([], { ...inject('stackEnv'), CACHE_REDIS_URL: 'redis://127.0.0.1:1' });

  expect(await stack.exited).toEqual([1, null]);
  expect(stack.err()).toContain('CACHE_REDIS_URL (127.0.0.1:1): connection refused');
  expect(stack.out()).toBe('');
});

test("somebody else's file is not written over, and nothing is started", async () => {
  const file = join(folder(), '.env');
  writeFileSync(file, 'TOKEN=1\n');
  const stack = runStack(['queueRedis', '--env-file', file], {});

  expect(await stack.exited).toEqual([1, null]);
  expect(stack.err()).toContain(`Cannot write the variables to ${file}: it is somebody else's`);
  expect(stack.out()).toBe('');
});

/** `npm run stack` as a user runs it, in a process group of its own; interrupted when the test ends. */
function runStack(args: readonly string[], env: NodeJS.ProcessEnv) {
  const urls = new Set<string>(Object.values(variableOf));
  const own = Object.fromEntries(Object.entries(process.env).filter(([name]) => !urls.has(name)));
  const child = spawn('npm', ['run', '-s', 'stack', '--', ...args], {
    env: { ...own, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let [out, err] = ['', ''];
  child.stdout.on('data', (text) => {
    out += text;
  });
  child.stderr.on('data', (text) => {
    err += text;
  });
  const exited = once(child, 'close');
  // As a terminal does: to every process of the group.
  const interrupt = () => process.kill(-child.pid!, 'SIGINT');
  onTestFinished(async () => {
    if (child.exitCode === null && child.signalCode === null) interrupt();
    await exited;
  });
  return {
    exited,
    interrupt,
    out: () => out,
    err: () => err,
    says: (what: RegExp) => vi.waitFor(() => expect(err).toMatch(what), { timeout: 50_000, interval: 50 }),
  };
}

async function answersAt(url: string): Promise<boolean> {
  const redis = new Redis(url, { retryStrategy: () => null }).on('error', () => {});
  try {
    return (await redis.ping()) === 'PONG';
  } catch {
    return false;
  } finally {
    redis.disconnect();
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1');
  const free = await once(server, 'listening').then(
    () => true,
    () => false,
  );
  server.close();
  return free;
}

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'stack-command-'));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
}
