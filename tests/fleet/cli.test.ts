import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import { workerEnvironment } from '../../workers/process/config.ts';
import { openRedis } from '../../workers/process/redis.ts';
import { type FleetWorker, startWorker } from '../../workers/process/worker.ts';
import { openQueues } from '../../workers/runtime/enqueue.ts';
import { noTracer } from '../../workers/telemetry/tracer.ts';
import { duelRuleSet } from '../support/builders.ts';
import { openCliHere } from '../support/cli.ts';
import { clear } from '../support/domain.ts';

vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

const domain = `cli-${process.pid}`;
let folder: string;
let worker: FleetWorker;

beforeAll(async () => {
  const config = workerEnvironment.parse({
    ...inject('stackEnv'),
    DOMAIN: domain,
    DOCUMENTDB_DATABASE: `cli_${process.pid}`,
    LOG_LEVEL: 'silent',
    QUEUES: 'maintenance,matchmaking',
    AWS_XRAY_DAEMON_ADDRESS: undefined,
  });
  worker = await startWorker(config, {});
  folder = await mkdtemp(join(tmpdir(), 'cli-'));
  await writeFile(join(folder, 'duel.json'), duelRuleSet);
  await writeFile(
    join(folder, 'broken.json'),
    '{"ruleLanguageVersion":"1.0","teams":[{"name":"a","minPlayers":3,"maxPlayers":2}]}',
  );
  await writeFile(
    join(folder, 'configuration.json'),
    JSON.stringify({ name: 'duel', ruleSetName: 'duel', requestTimeoutSeconds: 60 }),
  );
  await writeFile(
    join(folder, 'contradiction.json'),
    JSON.stringify({
      name: 'duel',
      ruleSetName: 'duel',
      requestTimeoutSeconds: 60,
      minimumHoldSeconds: 60,
    }),
  );
  await writeFile(
    join(folder, 'ticket.json'),
    JSON.stringify({
      configuration: 'duel',
      ticketId: 'cli-ticket',
      players: [{ playerId: 'p', attributes: { skill: { N: 3 } } }],
    }),
  );
});

afterAll(async () => {
  await worker?.stop();
  const redis = openRedis(inject('stackEnv')['QUEUE_REDIS_URL'] ?? '', () => undefined);
  await clear(redis, domain);
  redis.disconnect();
  await rm(folder, { recursive: true, force: true });
});

const cli: ReturnType<typeof openCliHere> = (...args) => openCliHere(domain, folder)(...args);

test.each([
  [[]],
  [['rule-set']],
  [['rule-set', 'put']],
  [['rule-set', 'validate']],
  [['rule-set', 'list']],
  [['rule-set', 'rollback']],
  [['configuration']],
  [['configuration', 'put']],
  [['configuration', 'rollback']],
  [['configuration', 'list']],
  [['configuration', 'show']],
  [['configuration', 'pause']],
  [['configuration', 'resume']],
  [['pool']],
  [['pool', 'list']],
  [['pool', 'show']],
  [['match']],
  [['match', 'form']],
  [['match', 'show']],
  [['ticket']],
  [['ticket', 'start']],
  [['ticket', 'accept']],
  [['ticket', 'stop']],
  [['ticket', 'show']],
  [['event']],
  [['event', 'refused']],
  [['queue']],
  [['queue', 'list']],
  [['queue', 'pause']],
  [['queue', 'resume']],
  [['queue', 'failed']],
  [['queue', 'retry']],
])('%j --help says how it is used', async (words) => {
  const { code, out } = await cli(...words, '--help');

  expect(code).toBe(0);
  expect(out).toContain(`Usage: ${['fleet', ...words].join(' ')}`);
});

describe('mistakes', () => {
  test.each([
    ['an unknown command', ['dance'], /unknown command 'dance'/],
    ['a missing argument', ['ticket', 'show'], /missing required argument 'ticket-id'/],
    ['a queue that does not exist', ['queue', 'pause', 'dance'], /Allowed choices are session-creation/],
    ['a file that does not exist', ['rule-set', 'validate', 'nowhere.json'], /could not read nowhere.json/],
    ['a rule set with problems', ['rule-set', 'validate', 'broken.json'], /problems in broken.json \(1\)/],
    [
      'a configuration that contradicts itself',
      ['configuration', 'put', 'contradiction.json'],
      /minimumHoldSeconds: must be below requestTimeoutSeconds/,
    ],
  ])('%s exits 2 and says what is wrong', async (_what, args, message) => {
    const { code, err } = await cli(...args);

    expect(err).toMatch(message);
    expect(code).toBe(2);
  });

  test('a fleet that cannot be reached exits 1 and says so', async () => {
    const { code, err } = await cli('queue', 'list', '--redis-url', 'redis://127.0.0.1:1');

    expect(err).toContain('could not connect to the queue Redis');
    expect(code).toBe(1);
  });
});

test('an operator puts settings, starts a ticket, looks at it and stops it', async () => {
  expect(await cli('rule-set', 'validate', 'duel.json')).toMatchObject({
    code: 0,
    out: expect.stringContaining('duel.json is valid'),
  });
  expect(await cli('rule-set', 'put', 'duel', 'duel.json')).toMatchObject({ code: 0 });
  expect(await cli('configuration', 'put', 'configuration.json', '--json')).toMatchObject({
    code: 0,
    out: expect.stringContaining('"version": 1'),
  });
  expect((await cli('rule-set', 'list')).out).toContain('duel');
  expect((await cli('configuration', 'list')).out).toContain('duel@1');

  expect(await cli('ticket', 'start', 'ticket.json')).toMatchObject({
    code: 0,
    out: expect.stringContaining('SEARCHING'),
  });
  expect(await cli('ticket', 'start', 'ticket.json')).toMatchObject({
    code: 1,
    err: expect.stringContaining('was used before'),
  });
  expect((await cli('ticket', 'show', 'cli-ticket')).out).toContain('SEARCHING');
  expect(await cli('ticket', 'stop', 'cli-ticket')).toMatchObject({ code: 0 });
  expect((await cli('ticket', 'show', 'cli-ticket')).out).toContain('CANCELLED');
  expect(await cli('ticket', 'show', 'ghost')).toMatchObject({
    code: 1,
    err: expect.stringContaining('no ticket ghost'),
  });
});

test('an operator finds a failed job with its reason, pauses and resumes its queue, and tries it again', async () => {
  expect((await cli('queue', 'pause', 'rating-update')).out).toContain('true');
  expect((await cli('queue', 'resume', 'rating-update')).out).toContain('false');
  const redis = openRedis(inject('stackEnv')['QUEUE_REDIS_URL'] ?? '', () => undefined);
  const { queues, close } = openQueues(redis, domain, noTracer, () => undefined);
  const job = await queues.maintenance.add(
    'dance',
    {
      kind: 'dance',
      items: [{}],
      actor: { kind: 'service', name: 't' },
      sentAt: 0,
    },
    { attempts: 3 },
  );
  await expect.poll(() => job.getState(), { timeout: 60_000 }).toBe('failed');

  const failed = (await cli('queue', 'failed', 'maintenance')).out;
  expect(failed).toContain('1 dance job: kind: dance is no work of queue maintenance');
  expect(failed).toMatch(/group \w+: a retry is refused again/);
  expect((await cli('queue', 'retry', 'maintenance')).out).toMatch(/^retried +left\n +0 +1\n$/);
  expect((await cli('queue', 'retry', 'maintenance', '--id', job.id ?? '')).out).toMatch(/ 1 +0\n$/);
  await expect
    .poll(async () => (await queues.maintenance.getJob(job.id ?? ''))?.attemptsStarted, { timeout: 60_000 })
    .toBe(1);
  expect(await cli('queue', 'retry', 'maintenance', '--id', 'ghost')).toMatchObject({ code: 1 });
  expect((await cli('queue', 'list')).out).toContain('session-creation');
  await close();
  redis.disconnect();
});
