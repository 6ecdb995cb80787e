import { execFile } from 'node:child_process';
import { tmpdir } from 'node:os';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import { openClient } from '../../producers/client.ts';
import { openCliHere } from '../support/cli.ts';
import { openOddServers, password } from '../support/odd-servers.ts';
import { whyNoWorker } from '../support/why-no-worker.ts';

/** Some cases wait five seconds for a server that says nothing; on a busy machine, longer. */
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

let servers: Awaited<ReturnType<typeof openOddServers>>;
beforeAll(async () => {
  servers = await openOddServers();
});
afterAll(() => servers[Symbol.asyncDispose]());

type Sayers = Readonly<Record<string, (url: string) => Promise<string>>>;

/** Whoever is given the URL of a Redis, and what they say when they cannot use it. They wait side by side. */
const sideBySide: Sayers = {
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
  'a worker, of its queue,': (url) => whyNoWorker({ ...inject('stackEnv'), QUEUE_REDIS_URL: url }),
};

/** The command line prints to this process, so that only one can run at a time. */
const inTurn: Sayers = {
  'the command line': async (url) => {
    const { code, err } = await openCliHere('main', tmpdir(), url)('queue', 'list');
    expect(code).toBeOneOf([1, 2]);
    return err;
  },
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

const isNamed = (sayers: Sayers) => (_name: string, cause: (typeof causes)[string]) => {
  test.each(Object.entries(sayers))(
    'is named by %s with the address, before the test times out, and without the password',
    async (_who, say) => {
      const { url, says } = cause();

      const said = await say(url);

      for (const part of says) expect(said).toMatch(part);
      expect(said).not.toContain(password);
      expect(said).not.toMatch(/^\s+at /m);
    },
  );
};
describe.concurrent.each(Object.entries(causes))('%s', isNamed(sideBySide));
describe.each(Object.entries(causes))('%s', isNamed(inTurn));

test('no help of the command line shows the URL that the environment holds', async () => {
  const env = { ...process.env, QUEUE_REDIS_URL: `redis://:${password}@h` };
  const program = ['producers/cli/main.ts', 'queue', 'list', '--help'];
  const { stdout } = await promisify(execFile)(process.execPath, program, { env });

  expect(stdout).toContain('env: QUEUE_REDIS_URL');
  expect(stdout).not.toContain(password);
});
