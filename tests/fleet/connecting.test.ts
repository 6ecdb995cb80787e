import { execFile } from 'node:child_process';
import { tmpdir } from 'node:os';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import { openClient } from '../../producers/client.ts';
import { openCli } from '../support/cli.ts';
import { openOddServers, password } from '../support/odd-servers.ts';
import { runWorker } from '../support/worker-processes.ts';

/** Most cases are a process of their own, which takes a second; on a busy machine, many. */
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

let servers: Awaited<ReturnType<typeof openOddServers>>;
beforeAll(async () => {
  servers = await openOddServers();
});
afterAll(() => servers[Symbol.asyncDispose]());

const env = () => ({ PATH: process.env['PATH'], ...inject('stackEnv'), METRICS_SINK: 'none' });
const startedWith = async (settings: NodeJS.ProcessEnv) => {
  const { code, stderr } = await runWorker({ ...env(), ...settings });
  expect(code).toBe(1);
  return stderr;
};

/** Everybody who is given the URL of a Redis, and what they say when they cannot use it. */
const everybody: Readonly<Record<string, (url: string) => Promise<string>>> = {
  'a client': (redisUrl) =>
    openClient({ redisUrl }).then(
      () => 'opened',
      (error: Error) => `${error.name}: ${error.message}`,
    ),
  'a client that waits': (redisUrl) =>
    openClient({ redisUrl, whenAway: 'wait', waitMs: 1_000 }).then(
      () => 'opened',
      (error: Error) => `${error.name}: ${error.message}`,
    ),
  'the command line': async (url) => {
    const { code, err } = await openCli('main', tmpdir())('--redis-url', url, 'queue', 'list');
    expect(code).toBeOneOf([1, 2]);
    return err;
  },
  'a worker, of its queue,': (url) => startedWith({ QUEUE_REDIS_URL: url }),
};

/** URLs that lead nowhere, with the address and the cause that every message names. */
const causes: Readonly<Record<string, () => { url: string; says: (string | RegExp)[] }>> = {
  'a closed port': () => ({
    url: `redis://:${password}@127.0.0.1:1`,
    says: ['127.0.0.1:1', 'connection refused'],
  }),
  'a host nobody knows': () => ({
    url: `redis://:${password}@nowhere.invalid`,
    says: ['nowhere.invalid:6379', 'unknown host'],
  }),
  'another scheme': () => ({
    url: `http://:${password}@127.0.0.1:6379`,
    says: [/redis:\/\/.*rediss:\/\/.*not http:\/\//],
  }),
  'a web server': () => ({
    url: `redis://:${password}@${servers.web}`,
    says: [servers.web, 'not a Redis'],
  }),
  'a server that says nothing': () => ({
    url: `redis://:${password}@${servers.mute}`,
    says: [servers.mute, 'timeout'],
  }),
  'a server in cluster mode that says nothing': () => ({
    url: `redis://:${password}@${servers.mute}?cluster=true`,
    says: [servers.mute, 'timeout'],
  }),
  'no TLS where the URL asks for it': () => ({
    url: `rediss://:${password}@${servers.plain}`,
    says: [servers.plain, 'wrong scheme'],
  }),
  'a password that is missing': () => ({
    url: `redis://${servers.locked}`,
    says: [servers.locked, 'NOAUTH'],
  }),
  'a password that is wrong': () => ({
    url: `redis://:${password}@${servers.locked}`,
    says: [servers.locked, 'WRONGPASS'],
  }),
  'a database that is not there': () => ({
    url: `redis://${servers.plain}/99`,
    says: [servers.plain, 'no database'],
  }),
  'cluster mode that the URL does not name': () => ({
    url: `redis://${servers.cluster}`,
    says: [servers.cluster, 'add ?cluster=true'],
  }),
  'no cluster mode where the URL names it': () => ({
    url: `redis://${servers.plain}?cluster=true`,
    says: [servers.plain, 'take cluster=true out'],
  }),
};

describe.concurrent.each(Object.entries(causes))('%s', (_name, cause) => {
  test.each(Object.entries(everybody))(
    'is named by %s with the address, before the test times out, and without the password',
    async (_who, say) => {
      const { url, says } = cause();

      const said = await say(url);

      for (const part of says) expect(said).toMatch(part);
      expect(said).not.toContain(password);
      expect(said).not.toMatch(/^\s+at /m);
    },
  );
});

test('no help of the command line shows the URL that the environment holds', async () => {
  const env = { ...process.env, QUEUE_REDIS_URL: `redis://:${password}@h` };
  const program = ['producers/cli/main.ts', 'queue', 'list', '--help'];
  const { stdout } = await promisify(execFile)(process.execPath, program, { env });

  expect(stdout).toContain('env: QUEUE_REDIS_URL');
  expect(stdout).not.toContain(password);
});
