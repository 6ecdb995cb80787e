import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { DescribeMatchmakingCommand, DescribeMatchmakingRuleSetsCommand } from '@aws-sdk/client-gamelift';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type ApiProcess, makeKey } from '../support/api-process.ts';
import { type Fleet, openFleet } from '../support/fleet.ts';
import { gameLiftClients } from '../support/gamelift-clients.ts';
import { openApi } from '../support/open-api.ts';
import { keysSecret } from '../support/operator.ts';
import type { WorkerProcess } from '../support/worker-processes.ts';

let fleet: Fleet;
let worker: WorkerProcess;
let key: Awaited<ReturnType<typeof makeKey>>;
beforeAll(async () => {
  fleet = await openFleet();
  worker = await fleet.startWorker({ API_KEYS_SECRET: keysSecret });
  key = await makeKey(fleet.client, 'studio', ['matchmake', 'read']);
});
afterAll(() => fleet[Symbol.asyncDispose]());

const describeOne = () => new DescribeMatchmakingCommand({ TicketIds: ['a'] });
const isReady = (api: ApiProcess) =>
  vi.waitFor(async () => expect((await fetch(`${api.healthUrl}/readyz`)).status).toBe(200), {
    timeout: 20_000,
    interval: 50,
  });

test.each(Object.entries(gameLiftClients))(
  'an SDK in %s that is throttled tries again by itself, and succeeds',
  async (_protocol, open) => {
    await using api = await openApi(fleet, { REQUESTS_PER_KEY: '2' });
    await isReady(api);
    const client = open(api.url, key);

    const answers = await Promise.all(Array.from({ length: 4 }, () => client.send(describeOne())));

    expect(Math.max(...answers.map((it) => it.$metadata.attempts ?? 0))).toBeGreaterThan(1);
  },
);

test.each(Object.entries(gameLiftClients))(
  'an SDK in %s that is answered with 503 while no worker answers tries again, and succeeds once one does',
  async (_protocol, open) => {
    await using api = await openApi(fleet, { ANSWER_MS: '1000' });
    await isReady(api);
    const client = open(api.url, key);
    client.config.maxAttempts = async () => 20;
    worker.send('SIGSTOP');
    const asked = client.send(new DescribeMatchmakingRuleSetsCommand({}));
    const refused = async () => (await fetch(`${api.healthUrl}/metrics`)).text();

    try {
      await vi.waitFor(async () => expect(await refused()).toContain('ServiceUnavailableException'), {
        timeout: 20_000,
        interval: 100,
      });
    } finally {
      worker.send('SIGCONT');
    }

    expect((await asked).$metadata.attempts).toBeGreaterThan(1);
  },
);

test('many requests in turn are served on one connection, which outlives the pauses of a balancer', async () => {
  await using api = await openApi(fleet);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const ports = new Set<number | undefined>();
  for (let n = 0; n < 50; n++) {
    const sent = request(`${api.url}/v1/openapi.json`, { agent });
    sent.end();
    const [answer] = await once(sent, 'response');
    ports.add(answer.socket.localPort);
    expect(answer.headers['keep-alive']).toBe('timeout=75');
    await answer.resume().toArray();
  }
  agent.destroy();

  expect(ports.size).toBe(1);
});

/** Connections held at once, here and in the API's process. */
const held = 10_000;
const openFiles = Number(/^Max open files +(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1]);
const fewFiles = openFiles < held + 1_000;
if (fewFiles) console.warn(`SKIPPED: ${held} connections held: a process may open ${openFiles} files here`);

test.skipIf(fewFiles)(
  `${held} connections are held, and served like the first one`,
  {
    timeout: 180_000,
  },
  async () => {
    await using api = await openApi(fleet);
    await isReady(api);
    await using sockets = new AsyncDisposableStack();
    const unsigned = 'POST / HTTP/1.1\r\nHost: x\r\nX-Amz-Target: GameLift.X\r\nContent-Length: 2\r\n\r\n{}';
    const answered = async (socket: Socket) => {
      socket.write(unsigned);
      const [chunk] = await once(socket, 'data', { signal: AbortSignal.timeout(60_000) });
      return String(chunk);
    };
    const open = async () => {
      const socket = sockets.adopt(connect(api.port, '127.0.0.1'), (it) => void it.destroy());
      await once(socket, 'connect');
      expect(await answered(socket)).toMatch(/^HTTP\/1\.1 400 /);
      return socket;
    };
    const all: Socket[] = [];
    while (all.length < held) all.push(...(await Promise.all(Array.from({ length: 250 }, open))));

    const client = gameLiftClients.JSON(api.url, key);
    await client.send(describeOne());

    const again = all.filter((_, n) => n % 100 === 0);
    for (const socket of again) expect(await answered(socket)).toMatch(/^HTTP\/1\.1 400 /);
    expect(all.filter((it) => it.destroyed)).toEqual([]);
  },
);
