import { execFile } from 'node:child_process';
import { chmodSync, copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Redis } from 'ioredis';
import { expect, onTestFinished, test } from 'vitest';
import { onFreePort } from '../../infra/local/free-port.ts';
import { startStack } from '../../infra/local/stack.ts';
import { makeAuthority } from '../support/authority.ts';
import { openFleet } from '../support/fleet.ts';

/** How a server of the Debian tree sees its own folder. */
const inside = '/mnt';
const nodes = 3;

/**
 * Lets a node of a cluster take TLS by a certificate of ours, on a port of its own, of which it tells the
 * others.
 */
async function takeTls(url: string, serverFolder: string, certificates: string): Promise<number> {
  for (const file of ['ours.pem', 'ours-server.pem', 'ours-server.key']) {
    const copy = join(serverFolder, file);
    copyFileSync(join(certificates, file), copy);
    chmodSync(copy, 0o644);
  }
  const admin = new Redis(url);
  const set = (...pairs: string[]) => admin.call('CONFIG', 'SET', ...pairs);
  return onFreePort(async (port) => {
    await set('cluster-announce-tls-port', `${port}`);
    await set(
      ...['tls-auth-clients', 'no', 'tls-ca-cert-file', `${inside}/ours.pem`, 'tls-port', `${port}`],
      ...['tls-cert-file', `${inside}/ours-server.pem`, 'tls-key-file', `${inside}/ours-server.key`],
    );
    return port;
  }).finally(() => admin.disconnect());
}

/** A queue of three primaries that speak TLS themselves; `undefined` where its servers run in containers. */
async function openSecureCluster(certificates: string) {
  const env = { ...process.env, QUEUE_REDIS_URL: undefined };
  const stack = await startStack({ env, parts: ['queueRedis'], cluster: true });
  onTestFinished(() => stack[Symbol.asyncDispose]());
  const { url, pids } = stack.part('queueRedis');
  if (pids.length === 0) return undefined;
  const first = new Redis(url);
  const known = (await first.call('CLUSTER', 'SLOTS')) as [number, number, [string, number]][];
  first.disconnect();
  const ports: number[] = [];
  for (const [, , [host, port]] of known) {
    const folder = await folderOf(stack.folder, port);
    ports.push(await takeTls(`redis://${host}:${port}`, folder, certificates));
  }
  return `rediss://localhost:${ports[0]}?cluster=true`;
}

/** The folder of the node on a port: its log says where it listens. */
async function folderOf(stackFolder: string, port: number): Promise<string> {
  for (let node = 1; node <= nodes; node++) {
    const name = join(stackFolder, `queue-node-${node}`);
    if (readFileSync(`${name}.log`, 'utf8').includes(`port=${port}`)) return name;
  }
  throw new Error(`No node of the cluster says that it listens on ${port}`);
}

test('producers and workers reach a queue in cluster mode over TLS that Valkey itself speaks, by a private authority', {
  timeout: 180_000,
}, async ({ skip }) => {
  const folder = mkdtempSync(join(tmpdir(), 'authorities-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  makeAuthority(folder, 'ours');
  const url = await openSecureCluster(folder);
  if (!url) return skip('the servers of the stack are containers, whose folders no test reaches');
  const trusting = { NODE_EXTRA_CA_CERTS: join(folder, 'ours.pem') };
  await using fleet = await openFleet();
  await fleet.startWorker({ QUEUE_REDIS_URL: url, ...trusting });
  const client = new URL('../../producers/client.ts', import.meta.url).href;
  const program = `import { openClient } from '${client}';
    await openClient({ redisUrl: '${url}', domain: '${fleet.domain}' }).then(
      async (client) => {
        const { sessionId } = await client.createSession({ playerId: '${fleet.own('ann')}' });
        while (!(await client.describeSession(sessionId)));
        console.log('served');
        await client[Symbol.asyncDispose]();
      },
      (error) => console.log(error.code));`;
  const outcome = async (more: NodeJS.ProcessEnv) => {
    const env = { PATH: process.env['PATH'], ...more };
    const args = ['--input-type=module', '--eval', program];
    return (await promisify(execFile)(process.execPath, args, { env, timeout: 60_000 })).stdout.trim();
  };

  expect(await outcome(trusting)).toBe('served');
  expect(await outcome({})).toBe('unavailable');
});
