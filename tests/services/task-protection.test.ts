import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { calmMs, createTaskProtection, longJobMs } from '../../workers/process/task-protection.ts';
import { openFleet } from '../support/fleet.ts';
import { openProxy } from '../support/tcp-proxy.ts';

interface Asked {
  readonly ProtectionEnabled: boolean;
  readonly ExpiresInMinutes?: number;
}

/**
 * An ECS agent as a task sees it: one path, PUT, JSON both ways. It answers as `replies` say, then as ECS
 * would.
 */
async function openAgent() {
  const asked: Asked[] = [];
  const replies: { status: number; body: object }[] = [];
  const server = createServer(async (request, response) => {
    const body: Asked = JSON.parse(await text(request));
    expect(`${request.method} ${request.url}`).toBe('PUT /api/0123/task-protection/v1/state');
    asked.push(body);
    const { status, body: answer } = replies.shift() ?? {
      status: 200,
      body: { protection: { ProtectionEnabled: body.ProtectionEnabled, TaskArn: 'arn:aws:ecs:task/one' } },
    };
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return { uri: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/0123`, asked, replies };
}

const set: Asked = { ProtectionEnabled: true, ExpiresInMinutes: 2 };
const clear: Asked = { ProtectionEnabled: false };

describe('scale-in protection of a task', () => {
  let agent: Awaited<ReturnType<typeof openAgent>>;
  let busySince: number | undefined;
  let check: (now: number) => Promise<void>;
  const warn = vi.fn();
  beforeEach(async () => {
    agent = await openAgent();
    busySince = undefined;
    warn.mockClear();
    check = createTaskProtection({
      agentUri: agent.uri,
      busySince: () => busySince,
      log: { info: vi.fn(), warn },
    });
  });
  /** Asks every second from one time to another, as a worker does. */
  async function pass(from: number, to: number): Promise<void> {
    for (let now = from; now <= to; now += 1_000) await check(now);
  }

  test('short jobs never ask for it: they end within the grace period, and the service can scale in', async () => {
    for (let now = 0; now < 600_000; now += 1_000) {
      busySince = now - longJobMs + 1;
      await check(now);
    }

    expect(agent.asked).toEqual([]);
  });

  test('a long job sets it once, and it goes when the job has ended for a while', async () => {
    busySince = 0;
    await pass(0, 20_000);
    expect(agent.asked).toEqual([set]);

    busySince = undefined;
    await pass(21_000, 20_000 + calmMs - 1_000);
    expect(agent.asked).toEqual([set]);
    await pass(20_000 + calmMs, 60_000);
    expect(agent.asked).toEqual([set, clear]);
  });

  test('long jobs one after the other keep it without asking again', async () => {
    for (let job = 0; job < 5; job++) {
      busySince = job * 10_000;
      await pass(busySince, busySince + 9_000);
    }

    expect(agent.asked).toEqual([set]);
  });

  test('a job longer than the protection renews it before it runs out', async () => {
    busySince = 0;
    await pass(0, 200_000);

    expect(agent.asked).toEqual([set, set, set, set]);
  });

  test.each([
    ['throttling', 400, { error: { Code: 'ThrottlingException', Message: 'Rate exceeded' } }],
    ['a task of no service', 200, { failure: { Arn: 'arn:aws:ecs:task/one', Reason: 'TASK_NOT_VALID' } }],
    ['an agent that broke', 500, {}],
  ])('%s is said once and tried again, more and more rarely', async (_what, status, body) => {
    agent.replies.push(...Array.from({ length: 4 }, () => ({ status, body })));
    busySince = 0;
    await pass(0, 30_000);

    expect(agent.asked).toHaveLength(5);
    expect(warn).toHaveBeenCalledTimes(1);
    expect(String(warn.mock.calls[0]?.[0].err)).toContain(`${status}`);
  });

  test('an agent that is not there costs nothing but a line', async () => {
    const gone = createTaskProtection({
      agentUri: 'http://127.0.0.1:9/api/0123',
      busySince: () => 0,
      log: { info: vi.fn(), warn },
    });
    await expect(gone(longJobMs)).resolves.toBeUndefined();

    expect(warn).toHaveBeenCalledTimes(1);
  });
});

test('a worker protects its task while a job waits for a DocumentDB that does not answer', {
  timeout: 60_000,
}, async () => {
  await using fleet = await openFleet();
  const agent = await openAgent();
  const uri = new URL(fleet.env['DOCUMENTDB_URI'] ?? '');
  const proxy = await openProxy(uri.href);
  uri.port = String(proxy.port);
  await fleet.startWorker({
    DOCUMENTDB_URI: uri.href,
    ECS_AGENT_URI: agent.uri,
    QUEUES: 'session-creation',
  });
  proxy.stall();
  await fleet.client.createSession({ playerId: fleet.own('ann') });

  await vi.waitFor(() => expect(agent.asked).toEqual([set]), { timeout: 30_000, interval: 100 });
});
