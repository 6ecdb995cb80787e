import { BatchGetTracesCommand, XRayClient } from '@aws-sdk/client-xray';
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest';
import { newTraceId, parseTraceHeader } from '../../jobs/trace-header.ts';
import { type FleetClient, openClient } from '../../producers/client.ts';
import type { Tracer } from '../../workers/telemetry/tracer.ts';
import { createXrayTracer } from '../../workers/telemetry/xray-tracer.ts';
import { duelRuleSet } from '../support/builders.ts';
import { type Fleet, openFleet, soloist } from '../support/fleet.ts';
import type { WorkerProcess } from '../support/worker-processes.ts';
import { allSteps, openXraySink, type XrayDocument, type XraySink } from '../support/xray.ts';

const stackEnv = inject('stackEnv');
const account = { AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' };
Object.assign(process.env, account);

/**
 * Two workers that record only what callers have decided to record, and an upstream service that traces its
 * own calls.
 */
let fleet: Fleet;
let sink: XraySink;
let upstream: Tracer;
let client: FleetClient;
let workers: WorkerProcess[];
const xray = new XRayClient({ region: account.AWS_REGION, endpoint: stackEnv['AWS_ENDPOINT_URL'] ?? '' });

beforeAll(async () => {
  sink = await openXraySink(stackEnv['AWS_XRAY_DAEMON_ADDRESS']);
  fleet = await openFleet();
  const env = {
    ...account,
    AWS_XRAY_DAEMON_ADDRESS: sink.address,
    TRACE_SAMPLING: '0',
    LOG_LEVEL: 'debug',
    METRICS_SINK: 'none',
  };
  workers = await Promise.all([fleet.startWorker(env), fleet.startWorker(env)]);
  upstream = await createXrayTracer({
    address: sink.address,
    rate: 1,
    onProblem: (message) => expect.unreachable(message),
  });
  client = await openClient({
    redisUrl: stackEnv['QUEUE_REDIS_URL'] ?? '',
    domain: fleet.domain,
    trace: () => upstream.header(),
    operatorKey: stackEnv['OPERATOR_KEY'] ?? '',
  });
});
afterAll(async () => {
  await client[Symbol.asyncDispose]();
  await fleet[Symbol.asyncDispose]();
  sink[Symbol.dispose]();
  xray.destroy();
});

const eventually = { timeout: 20_000, interval: 50 };
const stored = (collection: string, id: string) =>
  fleet.db.collection<{ _id: string }>(collection).findOne({ _id: id });

/** Runs calls of an upstream service as one trace; returns its id. */
async function traced(calls: () => Promise<void>, header?: string): Promise<string> {
  return upstream.segment('upstream', header, async () => {
    await calls();
    return upstream.traceId() ?? '';
  });
}

const session = async (player: string) => {
  const { sessionId } = await client.createSession({ playerId: fleet.own(player) });
  await vi.waitFor(async () => expect(await stored('sessions', sessionId)).toBeTruthy(), eventually);
};
const rated = async (matchId: string) => {
  await client.reportMatchResult({
    matchId,
    teams: [
      { name: 'side_1', rank: 1 },
      { name: 'side_2', rank: 2 },
    ],
  });
  await vi.waitFor(async () => expect(await stored('matches', matchId)).toHaveProperty('result'), eventually);
};

/**
 * The trace as X-Ray gives it back, once it has the caller's own segment, which may come last, and those of
 * these names.
 */
const readBack = (trace: string, names: readonly string[]) =>
  vi.waitFor(async () => {
    const { Traces = [] } = await xray.send(new BatchGetTracesCommand({ TraceIds: [trace] }));
    const segments = Traces.flatMap(({ Segments = [] }) =>
      Segments.map(({ Document = '' }) => JSON.parse(Document) as XrayDocument),
    );
    expect(segments.map((it) => it.name)).toEqual(expect.arrayContaining(['upstream', ...names]));
    return segments;
  }, eventually);

/** Every segment but the first was caused by something else in the trace. */
function expectConnected(segments: readonly XrayDocument[]): void {
  const ids = new Set(allSteps(segments).map((it) => it.id));
  expect(new Set(segments.map((it) => it.trace_id)).size).toBe(1);
  expect(segments.filter((it) => it.parent_id === undefined).map((it) => it.name)).toEqual(['upstream']);
  for (const { name, parent_id } of segments)
    if (parent_id) expect(ids, `the parent of ${name}`).toContain(parent_id);
}

const journey = ['create-session', 'form-matches', 'start-match', 'rate-ladder'];

test('a journey is one connected trace, from the producer through every job, with a step per store call', async () => {
  await fleet.install('traced', duelRuleSet);
  let [ticket, match] = ['', ''];

  const trace = await traced(async () => {
    await session('ann');
    ({ ticketId: ticket } = await client.startMatchmaking(soloist('traced', fleet.own('ann'))));
    await client.startMatchmaking(soloist('traced', fleet.own('bob')));
    match = await fleet.matched(ticket);
    await rated(match);
  });

  const segments = await readBack(trace, journey);
  expectConnected(segments);
  const stepsOf = (name: string) => allSteps(segments.filter((it) => it.name === name));
  const expected: Record<string, string[]> = {
    'create-session': ['sessions.create', 'session-cache.putSessions', 'players.ensure'],
    'form-matches': ['pool.catchUp', 'pool.commit', 'session-creation.add'],
    'start-match': ['pool.decided', 'tickets.claim', 'matches.create', 'pool.settle'],
    'rate-ladder': ['matches.find', 'matches.finish', 'rating_changes.append', 'session-cache.putRatings'],
  };
  for (const [name, steps] of Object.entries(expected)) {
    const found = stepsOf(name);
    expect(
      found.map((it) => it.name),
      name,
    ).toEqual(expect.arrayContaining(steps));
    for (const step of found.filter((it) => steps.includes(it.name))) {
      expect(step.namespace).toBe('remote');
      expect(step.end_time).toBeGreaterThanOrEqual(step.start_time);
    }
  }
  expect(
    segments.filter((it) => it.name === 'form-matches').map((it) => it.annotations?.['ticket']),
  ).toContain(ticket);
  expect(stepsOf('start-match')[0]?.annotations).toMatchObject({
    queue: 'session-creation',
    match,
    configuration: 'traced',
  });
  // What X-Ray gives back is what was sent.
  await vi.waitFor(async () => {
    const sent = sink.received.filter((it) => it.trace_id === trace);
    const back = await readBack(trace, journey);
    expect(new Set(back.map((it) => it.id))).toEqual(new Set(sent.map((it) => it.id)));
  }, eventually);
});

test('tickets of different callers in one match: the trace of each is whole, and the shared jobs are linked', async () => {
  await fleet.install('linked', duelRuleSet);
  const tickets: string[] = [];
  const begin = (player: string) =>
    traced(async () => {
      const { ticketId } = await client.startMatchmaking(soloist('linked', fleet.own(player)));
      tickets.push(ticketId);
    });

  const traces = await Promise.all([begin('carl'), begin('dora')]);
  const match = await fleet.matched(tickets[0] ?? '');
  // Nobody's trace: the result comes from elsewhere, much later.
  await rated(match);

  for (const [index, trace] of traces.entries()) {
    const segments = await readBack(trace, journey.slice(1));
    expectConnected(segments);
    for (const name of ['form-matches', 'start-match', 'rate-ladder'])
      expect(
        segments.filter((it) => it.name === name).map((it) => it.annotations),
        `${name} of ticket ${index}`,
      ).toContainEqual(
        expect.objectContaining({
          ticket: tickets[index],
          match,
          configuration: 'linked',
          job: expect.any(String),
        }),
      );
  }
  const all = sink.received.filter((it) => it.name === 'start-match' && traces.includes(it.trace_id));
  const [one, other] = all;
  expect(all).toHaveLength(2);
  expect([one?.links, other?.links]).toEqual([
    [{ trace_id: other?.trace_id, id: other?.id }],
    [{ trace_id: one?.trace_id, id: one?.id }],
  ]);
});

test('a refused job is an error, in the trace of who asked for it', async () => {
  const trace = await traced(async () => {
    const ghost = { result: { matchId: 'ghost', teams: [{ name: 'side_1', rank: 1 }] }, reason: 'why' };
    await expect(client.correctResult(ghost)).rejects.toThrow('there is no match ghost');
  });

  const segments = await readBack(trace, ['upstream', 'correct-result']);
  const job = segments.find((it) => it.name === 'correct-result');
  expect(job).toMatchObject({ error: true });
  expect(job).not.toHaveProperty('fault');
});

test('a journey its caller does not sample sends nothing', async () => {
  await fleet.install('silent', duelRuleSet);
  const root = newTraceId(Date.now(), crypto.randomUUID().replaceAll('-', '').slice(8));
  let ticket = '';

  await traced(async () => {
    await session('emil');
    ({ ticketId: ticket } = await client.startMatchmaking(soloist('silent', fleet.own('emil'))));
    await client.startMatchmaking(soloist('silent', fleet.own('fay')));
    await rated(await fleet.matched(ticket));
  }, `Root=${root};Parent=53995c3f42cd8ad8;Sampled=0`);
  const later = await traced(() => session('gus'));

  await readBack(later, ['create-session']);
  expect(sink.received.filter((it) => it.trace_id === root)).toEqual([]);
});

test('log lines carry trace, job, ticket and match; neither they nor segments carry attributes', async () => {
  await fleet.install('logged', duelRuleSet);
  const canary = 7_654_321.25;
  let [ticket, match] = ['', ''];

  const trace = await traced(async () => {
    ({ ticketId: ticket } = await client.startMatchmaking(soloist('logged', fleet.own('hal'), canary)));
    await client.startMatchmaking(soloist('logged', fleet.own('ida'), canary));
    match = await fleet.matched(ticket);
    await rated(match);
    // As somebody without our client would: a job about this ticket, though it comes too late.
    await fleet.queues.matchmaking.add('stop-matchmaking', {
      ...{ kind: 'stop-matchmaking', items: [{ ticketId: ticket }], sentAt: 0 },
      ...{ actor: { kind: 'service', name: 'upstream' }, trace: upstream.header() },
    });
  });
  await readBack(trace, [...journey.slice(1), 'stop-matchmaking']);

  const lines = workers.flatMap((it) => it.log()) as unknown as Record<string, unknown>[];
  const ended = (kind: string) => lines.filter((it) => it['msg'] === 'job ended' && it['kind'] === kind);
  const job = expect.any(String);
  expect(ended('stop-matchmaking')).toContainEqual(expect.objectContaining({ traceId: trace, job, ticket }));
  expect(ended('start-match')).toContainEqual(expect.objectContaining({ traceId: trace, job, match }));
  const said = JSON.stringify([lines, sink.received]);
  expect(said).toContain(ticket);
  expect(said).not.toContain(String(canary));
});

test('a header that is none costs no job', async () => {
  await using careless = await openClient({
    redisUrl: stackEnv['QUEUE_REDIS_URL'] ?? '',
    domain: fleet.domain,
    trace: () => 'x'.repeat(10_000),
  });

  const { sessionId } = await careless.createSession({ playerId: fleet.own('jan') });

  await vi.waitFor(async () => expect(await stored('sessions', sessionId)).toBeTruthy(), eventually);
  expect(parseTraceHeader('x'.repeat(10_000))).toBeUndefined();
});
