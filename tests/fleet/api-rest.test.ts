import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { describedTicket } from '../../jobs/session/described-ticket.ts';
import * as outputs from '../../producers/api/rest/outputs.ts';
import { createIdentity } from '../../producers/identity/identity.ts';
import { type ApiProcess, makeKey } from '../support/api-process.ts';
import { duelRuleSet } from '../support/builders.ts';
import { type Fleet, openFleet } from '../support/fleet.ts';
import { openApi } from '../support/open-api.ts';
import { keysSecret } from '../support/operator.ts';

/** One fleet, one worker and one API for all tests; each has settings and players of its own. */
let fleet: Fleet;
let api: ApiProcess;
let service: (method: string, path: string, body?: unknown, headers?: object) => Promise<Answer>;
interface Answer {
  readonly status: number;
  readonly body: never;
  readonly headers: Headers;
}

beforeAll(async () => {
  fleet = await openFleet();
  await fleet.startWorker({ API_KEYS_SECRET: keysSecret });
  const { token } = await makeKey(fleet.client, 'studio', [
    'matchmake',
    'configure',
    'read',
    'report',
    'operate',
  ]);
  api = await openApi(fleet);
  service = as(token);
});
afterAll(async () => {
  await api[Symbol.asyncDispose]();
  await fleet[Symbol.asyncDispose]();
});

const eventually = { timeout: 15_000, interval: 50 };

const as =
  (token: string): typeof service =>
  async (method, path, body, headers = {}) => {
    const response = await fetch(`${api.url}/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, ...headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      body: (text && JSON.parse(text)) as never,
      headers: response.headers,
    };
  };

const player = (playerId: string) => ({ playerId, attributes: { skill: { N: 10 } } });

async function install(name: string, more = {}, body = duelRuleSet) {
  expect((await service('PUT', `/rule-sets/${name}`, { body })).status).toBe(200);
  const settings = { ruleSetName: name, requestTimeoutSeconds: 60, ...more };
  expect((await service('PUT', `/configurations/${name}`, settings)).status).toBe(200);
}
const becomes = (ticketId: string, status: string) =>
  vi.waitFor(async () => {
    const { body } = await service('GET', `/matchmaking/${ticketId}`);
    expect(body).toMatchObject({ status });
    return body as { matchId: string };
  }, eventually);

test('a journey: session, start, match, leaving, result, rating (invariants 1, 4, 5)', async () => {
  const [ann, bob] = [fleet.own('ann'), fleet.own('bob')];
  await install('rest');
  const { sessionId } = (await service('POST', '/sessions', { playerId: ann })).body as { sessionId: string };
  await vi.waitFor(
    async () =>
      expect((await service('GET', `/sessions/${sessionId}`)).body).toMatchObject({ playerId: ann }),
    eventually,
  );

  const start = (playerId: string, headers = {}) =>
    service('POST', '/matchmaking', { configuration: 'rest', players: [player(playerId)] }, headers);
  const key = { 'idempotency-key': 'the first' };
  const [first, again] = [await start(ann, key), await start(ann, key)];
  expect(first).toMatchObject({ status: 201, body: { status: 'SEARCHING' } });
  expect(again.body).toEqual(first.body);
  const { ticketId } = first.body as { ticketId: string };
  await vi.waitFor(
    async () =>
      expect((await service('GET', `/matchmaking/${ticketId}/explanation`)).body).toMatchObject({
        summary: expect.any(String),
      }),
    eventually,
  );
  expect((await service('GET', `/players/${ann}`)).body).toMatchObject({ playerId: ann, ticketId });
  await start(bob);
  const { matchId } = await becomes(ticketId, 'COMPLETED');

  expect((await service('GET', `/players/${ann}`)).body).toMatchObject({ matchId });
  const match = (await service('GET', `/matches/${matchId}`)).body as {
    match: { teams: { name: string }[] };
  };
  expect(match).toMatchObject({ stage: 'stored', match: { configuration: 'rest' } });
  expect((await service('GET', `/matches/${matchId}/matchmaker-data`)).body).toMatchObject({ matchId });
  const teams = match.match.teams.map(({ name }, at) => ({ name, rank: at + 1 }));
  const reported = await service('POST', '/results', { results: [{ matchId, teams }, { matchId: '' }] });
  expect(reported.body).toMatchObject({ outcomes: [{ status: 202 }, { status: 400 }] });
  await vi.waitFor(
    async () =>
      expect((await service('GET', `/players/${ann}`)).body).toMatchObject({ profile: { games_played: 1 } }),
    eventually,
  );
  for (const [path, output] of [
    [`/sessions/${sessionId}`, outputs.session],
    [`/matchmaking/${ticketId}`, describedTicket],
    [`/players/${ann}`, outputs.player],
    ['/ladders', outputs.ladders],
    ['/ladders/default', outputs.ladder],
  ] as const) {
    const { status, body } = await service('GET', path);
    expect({ status, problem: output.safeParse(body).error?.message }, path).toEqual({ status: 200 });
  }
  expect((await service('GET', '/ladders/nowhere')).status).toBe(404);
  expect((await service('DELETE', `/players/${ann}/sessions/${sessionId}`)).status).toBe(204);
});

test('one call starts many tickets, each of which succeeds or fails alone', async () => {
  await install('many');
  const tickets = [
    ...Array.from({ length: 20 }, (_, n) => ({
      configuration: 'many',
      players: [player(fleet.own(`m${n}`))],
    })),
    { configuration: 'nowhere', players: [player('x')] },
    { configuration: 'many', players: [] },
  ];

  const { body } = await service('POST', '/matchmaking/batch', { tickets });

  const { outcomes } = body as { outcomes: { status: number; problem?: { errors: object[] } }[] };
  expect(outcomes.map((it) => it.status)).toEqual([...Array(20).fill(201), 404, 400]);
  expect(outcomes.at(-1)?.problem?.errors).toEqual([{ path: 'players', detail: 'at least 1 player' }]);
});

test('settings are put on top of the version that was read, or not at all', async () => {
  await install('versions');
  const settings = { ruleSetName: 'versions', requestTimeoutSeconds: 90 };
  const put = (headers: object) => service('PUT', '/configurations/versions', settings, headers);
  const { headers, body } = await service('GET', '/configurations/versions');
  expect(body).toMatchObject({ version: 1, configuration: { requestTimeoutSeconds: 60 } });

  expect((await put({ 'if-none-match': '*' })).status).toBe(412);
  expect((await put({ 'if-match': '"7"' })).status).toBe(412);
  const done = await put({ 'if-match': headers.get('etag') });

  expect(done).toMatchObject({ status: 200, body: { version: 2 } });
  expect((await put({ 'if-match': headers.get('etag') })).status).toBe(412);
  expect((await service('DELETE', '/rule-sets/versions')).status).toBe(409);
  expect((await service('DELETE', '/configurations/versions')).status).toBe(204);
  expect((await service('GET', '/configurations/versions')).status).toBe(404);
  expect((await service('DELETE', '/rule-sets/versions')).status).toBe(204);
});

test.each([
  ['no key', 401, () => fetch(`${api.url}/v1/matchmaking/t`)],
  ['a key that is none', 401, () => as(`studio~${'x'.repeat(43)}`)('GET', '/matchmaking/t')],
  ['an access token of nobody', 401, () => as('ey.ey.ey')('GET', '/matchmaking/t')],
  ['a ticket that is not there', 404, () => service('GET', '/matchmaking/nobody')],
  ['an id that is none', 400, () => service('GET', '/matchmaking/a%20b')],
  ['a rule set with problems', 422, () => service('PUT', '/rule-sets/bad', { body: '{}' })],
  ['a body that is a list', 400, () => service('POST', '/sessions', [])],
])('%s is answered with %i', async (_what, status, ask) => {
  expect((await ask()).status).toBe(status);
});

test('a problem names the members that are wrong (RFC 9457)', async () => {
  const { headers, body } = await service('POST', '/matchmaking', { configuration: 'a b', players: [{}] });

  expect(headers.get('content-type')).toBe('application/problem+json');
  expect(body).toMatchObject({ status: 400, title: expect.any(String), detail: expect.any(String) });
  const paths = (body as { errors: { path: string }[] }).errors.map((it) => it.path);
  expect(paths).toEqual(expect.arrayContaining(['configuration', 'players[0].playerId']));
});

test('events are a stream that is resumed where it was left, with every event once (invariant 8)', async () => {
  await install('heard');
  const { body } = await service('POST', '/matchmaking', {
    configuration: 'heard',
    players: [player(fleet.own('eve'))],
  });
  const { ticketId } = body as { ticketId: string };
  await service('DELETE', `/matchmaking/${ticketId}`);

  const all = await heard('0', (events) => events.filter((it) => it.data.includes(ticketId)).length === 2);
  const own = all.filter((it) => it.data.includes(ticketId));
  expect(own.map((it) => it.event)).toEqual(['MatchmakingSearching', 'MatchmakingCancelled']);
  const rest = await heard(own[0]?.id ?? '', (events) => events.some((it) => it.data.includes(ticketId)));
  expect(rest.at(-1)).toEqual(own[1]);
  expect((await service('GET', '/events?from=nonsense!')).status).toBe(400);
});

interface Heard {
  readonly id: string;
  readonly event: string;
  readonly data: string;
}

/** Events after a position, until there are enough. */
async function heard(after: string, enough: (events: readonly Heard[]) => boolean): Promise<Heard[]> {
  const leaving = new AbortController();
  const { token } = await makeKey(fleet.client, `ears-${randomUUID()}`, ['read']);
  const stream = async () => {
    const response = await fetch(`${api.url}/v1/events`, {
      headers: { authorization: `Bearer ${token}`, 'last-event-id': after },
      signal: leaving.signal,
    });
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    return response.body!;
  };
  const events: Heard[] = [];
  let text = '';
  for await (const chunk of (await vi.waitFor(stream, eventually)).pipeThrough(new TextDecoderStream())) {
    const blocks = (text + chunk).split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) {
      const [, id, event, data] = /^id: (.*)\nevent: (.*)\ndata: (.*)$/.exec(block) ?? [];
      if (id && event && data) events.push({ id, event, data });
    }
    if (enough(events)) break;
  }
  leaving.abort();
  return events;
}

describe('players', () => {
  const signIn = async (name: string) => {
    const { AWS_REGION: region = 'us-east-1', COGNITO_ENDPOINT: endpoint = '', ...env } = fleet.env;
    const identity = createIdentity({
      region,
      userPoolId: env['USER_POOL_ID'] ?? '',
      clientId: env['USER_POOL_CLIENT_ID'] ?? '',
      flow: 'password',
      endpoint,
      issuer: `${endpoint}/${env['USER_POOL_ID']}`,
    });
    const email = `${name}-${randomUUID()}@example.org`;
    const password = 'Correct-horse-7';
    await identity.register({ email, password });
    await identity.confirm({ email, code: env['CODE_FROM_MAIL'] ?? '' });
    const { accessToken } = await identity.authenticate({ email, password });
    return { ...(await identity.verify(accessToken)), token: accessToken };
  };

  test('act for themselves alone, and as a party by the tokens of all of its members', async () => {
    await install('party', {}, duelRuleSet.replace('"maxPlayers":1', '"maxPlayers":2'));
    const [ann, bob] = [await signIn('ann'), await signIn('bob')];
    const asAnn = as(ann.token);
    const start = (players: readonly string[], headers = {}) =>
      asAnn('POST', '/matchmaking', { configuration: 'party', players: players.map(player) }, headers);

    expect((await start([bob.playerId])).status).toBe(403);
    expect((await start([ann.playerId, bob.playerId])).status).toBe(403);
    const alone = await start([ann.playerId]);
    expect(alone.status).toBe(201);
    const { ticketId } = alone.body as { ticketId: string };
    expect((await as(bob.token)('GET', `/matchmaking/${ticketId}`)).status).toBe(404);
    expect((await as(bob.token)('DELETE', `/matchmaking/${ticketId}`)).status).toBe(404);
    expect((await asAnn('GET', `/matchmaking/${ticketId}`)).body).toMatchObject({ status: 'SEARCHING' });
    const together = await start([ann.playerId, bob.playerId], { 'party-tokens': bob.token });
    expect(together.status).toBe(201);
    expect((await asAnn('GET', `/matchmaking/${ticketId}`)).body).toMatchObject({ status: 'CANCELLED' });

    expect((await asAnn('GET', `/players/${ann.playerId}`)).status).toBe(200);
    expect((await asAnn('GET', `/players/${bob.playerId}`)).status).toBe(403);
    expect((await asAnn('PUT', '/configurations/party', {})).status).toBe(403);
    expect((await asAnn('GET', '/events')).status).toBe(403);
  });
});
