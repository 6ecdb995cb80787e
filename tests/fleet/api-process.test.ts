import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { DescribeMatchmakingCommand, StartMatchmakingCommand } from '@aws-sdk/client-gamelift';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type ApiProcess, makeKey, startApi } from '../support/api-process.ts';
import { duelRuleSet } from '../support/builders.ts';
import { type Fleet, openFleet } from '../support/fleet.ts';
import { gameLiftClients } from '../support/gamelift-clients.ts';
import { openApi } from '../support/open-api.ts';
import { keysSecret } from '../support/operator.ts';
import { openCollector } from '../support/otlp-collector.ts';
import type { WorkerProcess } from '../support/worker-processes.ts';

let fleet: Fleet;
let worker: WorkerProcess;
let key: Awaited<ReturnType<typeof makeKey>>;
/** For the tests that leave it as it was. */
let shared: ApiProcess;
beforeAll(async () => {
  fleet = await openFleet();
  worker = await fleet.startWorker({ API_KEYS_SECRET: keysSecret });
  key = await makeKey(fleet.client, 'studio', ['matchmake', 'configure', 'read']);
  await fleet.install('duel', duelRuleSet);
  shared = await openApi(fleet);
});
afterAll(async () => {
  await shared?.[Symbol.asyncDispose]();
  await fleet[Symbol.asyncDispose]();
});

const eventually = { timeout: 20_000, interval: 50 };
const start = (playerId: string, TicketId?: string) =>
  new StartMatchmakingCommand({
    ConfigurationName: 'duel',
    Players: [{ PlayerId: playerId, PlayerAttributes: { skill: { N: 1 } } }],
    ...(TicketId && { TicketId }),
  });

/** Sends bytes and returns what comes back until the server closes the connection. */
async function raw(api: ApiProcess, text: string): Promise<string> {
  const socket = connect(api.port, '127.0.0.1');
  await once(socket, 'connect');
  socket.write(text);
  return untilClosed(socket);
}
async function untilClosed(socket: Socket): Promise<string> {
  let answer = '';
  socket.on('data', (chunk) => {
    answer += String(chunk);
  });
  socket.on('error', () => undefined);
  await once(socket, 'close');
  return answer;
}

test('its requests are spans of a collector of OpenTelemetry, in the trace that the caller names', async () => {
  const { received, url } = await openCollector();
  await using api = await openApi(fleet, {
    AWS_XRAY_DAEMON_ADDRESS: undefined,
    OTLP_TRACES_URL: url,
    TRACE_SAMPLING: '0',
  });
  const headers = {
    authorization: `Bearer ${key.token}`,
    'x-amzn-trace-id': 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1',
  };

  await fetch(`${api.url}/v1/matchmaking/nobody`, { headers });

  await vi.waitFor(
    () =>
      expect(received).toContainEqual(
        expect.objectContaining({ name: 'api', traceId: '5759e988bd862e3fe1be46a994272793' }),
      ),
    eventually,
  );
});

test('it is ready once it has the keys, which a worker gives it, and says so', async () => {
  await using api = await openApi(fleet);
  const ready = async () => {
    const response = await fetch(`${api.healthUrl}/readyz`);
    return { status: response.status, ...((await response.json()) as object) };
  };

  await vi.waitFor(
    async () => expect(await ready()).toEqual({ status: 200, ok: true, reasons: [] }),
    eventually,
  );
  expect((await fetch(`${api.healthUrl}/healthz`)).status).toBe(200);
  const client = gameLiftClients.JSON(api.url, key);
  await client.send(new DescribeMatchmakingCommand({ TicketIds: ['a'] }));
  const metrics = await (await fetch(`${api.healthUrl}/metrics`)).text();
  expect(metrics).toContain('ApiRequests_total{operation="DescribeMatchmaking",outcome="ok"} 1');
  expect(metrics).toContain('nodejs_eventloop_lag_seconds');
  expect(api.output()).not.toContain(key.secret);
});

test('a start that is sent again with its invocation id is one ticket, and gets its first answer (invariant 11)', async () => {
  const again = gameLiftClients.JSON(shared.url, key);
  type Sent = { request: { headers: Record<string, string> } };
  const theSame = (next: (sent: Sent) => unknown) => (sent: Sent) => {
    sent.request.headers['amz-sdk-invocation-id'] = 'the-same';
    return next(sent);
  };
  again.middlewareStack.addRelativeTo(theSame as never, {
    relation: 'before',
    toMiddleware: 'httpSigningMiddleware',
  });

  const first = await again.send(start(fleet.own('repeats')));
  const second = await again.send(start(fleet.own('repeats')));

  expect(second.MatchmakingTicket?.TicketId).toBe(first.MatchmakingTicket?.TicketId);
  expect(second.MatchmakingTicket?.StartTime).toEqual(first.MatchmakingTicket?.StartTime);
  expect(await fleet.lifecycle(first.MatchmakingTicket?.TicketId ?? '')).toEqual(['MatchmakingSearching']);
});

test('told to stop it answers what is inside, takes nothing new, and leaves nothing behind', async () => {
  await using api = await openApi(fleet);
  const client = gameLiftClients.JSON(api.url, key);
  await client.send(start(fleet.own('early')));
  const inside = Array.from({ length: 20 }, (_, n) =>
    client.send(start(fleet.own(`stops${n}`), `stops-${n}`)),
  );
  await Promise.race(inside);

  api.send('SIGTERM');

  expect(await api.ended).toBe(0);
  const ended = await Promise.allSettled(inside);
  for (const [n, outcome] of ended.entries())
    if (outcome.status === 'fulfilled') expect(await fleet.ticket(`stops-${n}`)).toBeDefined();
  await expect(fetch(`${api.healthUrl}/healthz`)).rejects.toThrow();
});

test('killed in the middle of calls, whatever it answered is there (invariant 1)', async () => {
  await using api = await openApi(fleet);
  const client = gameLiftClients.CBOR(api.url, key);
  const answered: string[] = [];
  const calls = Array.from({ length: 60 }, async (_, n) => {
    const { MatchmakingTicket } = await client.send(start(fleet.own(`killed${n}`), `killed-${n}`));
    answered.push(MatchmakingTicket?.TicketId ?? '');
    if (answered.length === 10) api.send('SIGKILL');
  });

  await Promise.allSettled(calls);

  expect(answered.length).toBeGreaterThanOrEqual(10);
  for (const ticketId of answered) expect(await fleet.ticket(ticketId), ticketId).toBeDefined();
});

test('who sends slowly is cut off, and others are answered meanwhile', async () => {
  await using api = await openApi(fleet, { RECEIVE_MS: '1000' });
  const socket = connect(api.port, '127.0.0.1');
  await once(socket, 'connect');
  const head =
    'POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-amz-json-1.1\r\nContent-Length: 100\r\n\r\n{';
  socket.write(head);
  const dripping = setInterval(() => socket.write(' '), 100);
  const closed = untilClosed(socket).finally(() => clearInterval(dripping));

  await gameLiftClients.JSON(api.url, key).send(new DescribeMatchmakingCommand({ TicketIds: ['a'] }));

  expect(await closed).toMatch(/^(HTTP\/1\.1 408 |$)/);
});

test.each([
  ['no HTTP at all', 'hello\r\n\r\n', /^HTTP\/1\.1 400 /],
  [
    'headers beyond 16 KiB',
    `GET / HTTP/1.1\r\nHost: x\r\nA: ${'a'.repeat(20_000)}\r\n\r\n`,
    /^HTTP\/1\.1 431 /,
  ],
  [
    'a body beyond the limit',
    'POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 99999999\r\n\r\n{',
    /^HTTP\/1\.1 413 /,
  ],
  [
    'a path that is not there',
    'GET /etc HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
    /^HTTP\/1\.1 404 /,
  ],
])('%s is refused, and the process lives', async (_what, text, answer) => {
  expect(await raw(shared, text)).toMatch(answer);
  expect((await fetch(`${shared.healthUrl}/healthz`)).status).toBe(200);
});

test('requests that are pipelined on one connection are answered in their order', async () => {
  const one = (target: string, last = '') =>
    `POST / HTTP/1.1\r\nHost: x\r\n${last}X-Amz-Target: GameLift.${target}\r\nContent-Length: 2\r\n\r\n{}`;

  const answer = await raw(
    shared,
    one('StopMatchmaking') + one('AcceptMatch') + one('X', 'Connection: close\r\n'),
  );

  expect(answer.match(/HTTP\/1\.1 400 /g)).toHaveLength(3);
  expect(answer.match(/MissingAuthenticationTokenException"/g)?.length).toBeGreaterThanOrEqual(3);
});

test('more than a key may ask is throttled, as AWS does it', async () => {
  await using api = await openApi(fleet, { REQUESTS_PER_KEY: '1' });
  const client = gameLiftClients.JSON(api.url, key);
  client.config.maxAttempts = async () => 1;
  const calls = Array.from({ length: 20 }, () =>
    client.send(new DescribeMatchmakingCommand({ TicketIds: ['a'] })),
  );

  const refused = (await Promise.allSettled(calls)).flatMap((it) =>
    it.status === 'rejected' ? [it.reason] : [],
  );

  expect(refused.length).toBeGreaterThan(0);
  for (const error of refused) expect(error).toMatchObject({ name: 'ThrottlingException' });
});

test('without TLS in front it listens on this machine only, and without the secret not at all', async () => {
  const env = { ...fleet.env, QUEUE_REDIS_URL: 'redis://127.0.0.1:1' };

  await expect(startApi({ ...env, API_HOST: '0.0.0.0' })).rejects.toThrow(/BEHIND_TLS=true/);
  await expect(startApi({ ...env, API_KEYS_SECRET: 'short' })).rejects.toThrow(/at least 32 characters/);
});

test('without a worker no key is believed: the API is not ready and says why', async () => {
  worker.send('SIGSTOP');
  try {
    await using late = await openApi(fleet);
    await vi.waitFor(async () => {
      const response = await fetch(`${late.healthUrl}/readyz`);
      expect({ status: response.status, text: await response.text() }).toEqual({
        status: 503,
        text: expect.stringMatching(/no worker/),
      });
    }, eventually);
  } finally {
    worker.send('SIGCONT');
  }
  await gameLiftClients.JSON(shared.url, key).send(new DescribeMatchmakingCommand({ TicketIds: ['a'] }));
});
