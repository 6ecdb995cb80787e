import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { EventType, MatchmakingEvent } from '../../jobs/event/event.ts';
import { eventForm } from '../../jobs/event/event-form.ts';
import { readEvents } from '../../producers/events/events.ts';
import { backfillSteps } from '../support/backfill-steps.ts';
import { aConfiguration, aTicket } from '../support/builders.ts';
import { changeTicket } from '../support/change-ticket.ts';
import { backfillRows, eventRows, rules } from '../support/event-rows.ts';
import { openPoolSteps } from '../support/pool-steps.ts';

/**
 * One life of every kind, told to the scripts as a fleet tells them, and what each event of it looks like
 * beside FlexMatch's own: no key too many, none too few.
 */
let domain: Awaited<ReturnType<typeof openPoolSteps>>;
let heard: MatchmakingEvent[];

const answerMs = 30_000;

beforeAll(async () => {
  domain = await openPoolSteps();
  const { pool } = domain;
  const installed = aConfiguration(2);
  await pool.settings.install({
    ...installed,
    configuration: { ...installed.configuration, customEventData: 'season "7"' },
  });
  await pool.events.noteRules('duel', rules);
  await matched('placed', 'COMPLETED');
  await matched('failed', 'FAILED');
  await matched('hosted', 'COMPLETED', host);
  await proposed('agreed');
  for (const id of ['agreed-a', 'agreed-b']) await answer(id, 'agreed', 'ACCEPT');
  await proposed('refused');
  await answer('refused-a', 'refused', 'REJECT');
  await proposed('ignored', 1);
  await domain.redis.zadd(domain.key('proposals'), 1, 'ignored');
  await domain.pass(1_000);
  await pool.matches.beat();
  await domain.search('stopped', 'late');
  await pool.tickets.stop('stopped');
  await changeTicket(domain.redis, domain.key('ticket:late'), { deadline: 1 });
  await pool.tickets.expire(['late']);
  await backfills();
  await start(aTicket('unfit'));
  await pool.tickets.refuse([unfit('unfit', 1)]);
  heard = await allEvents();
});

afterAll(() => domain[Symbol.asyncDispose]());

const host = {
  ipAddress: '192.0.2.7',
  port: 7_777,
  dnsName: 'seven.example',
  gameSessionArn: 'arn:aws:gamelift:eu-west-1::gamesession/seven',
  playerSessions: [{ playerId: 'hosted-a', playerSessionId: 'psess-1' }],
};

const start = (...tickets: ReturnType<typeof aTicket>[]) =>
  domain.start(...tickets.map((it) => ({ ...it, version: 2 })));
const answer = (ticketId: string, matchId: string, acceptance: 'ACCEPT' | 'REJECT') =>
  domain.pool.tickets.accept({ ticketId, matchId, acceptance, playerIds: [ticketId] });
const unfit = (ticketId: string, revision: number) => ({
  ticketId,
  revision,
  reason: 'InvalidTicket',
  message: 'players: none',
});

async function matched(matchId: string, status: 'COMPLETED' | 'FAILED', gameSession?: typeof host) {
  const ids = [`${matchId}-a`, `${matchId}-b`];
  await domain.search(...ids);
  const commit = await domain.commitOf(matchId, ...ids);
  await domain.pool.matches.commit('duel', [commit]);
  const why = status === 'FAILED' ? 'PlacementFailed' : '';
  await domain.pool.matches.settle([{ match: commit.match, status, reason: why, message: why, gameSession }]);
}

async function proposed(matchId: string, timeoutMs = 60_000) {
  const ids = [`${matchId}-a`, `${matchId}-b`];
  await start(...ids.map((id) => ({ ...aTicket(id), timeoutMs })));
  await domain.pool.matches.commit('duel', [await domain.commitOf(matchId, ...ids)], answerMs);
}

/** Backfill tickets of live matches: one finds a player, one is stopped, one is late, one does not fit. */
async function backfills() {
  const { pool } = domain;
  const { ask, fill, play, commit, settle } = backfillSteps(() => domain);
  await fill('filled', 'p1');
  await domain.search('joins');
  await settle(await commit('again', 'filled', 'joins'));
  await play('short', 'p2');
  for (const ticketId of ['fill-stopped', 'fill-late', 'fill-unfit']) {
    await ask(ticketId, ['p2'], 'short');
    await ended(ticketId);
  }

  async function ended(ticketId: string): Promise<void> {
    if (ticketId === 'fill-stopped') await pool.tickets.stop(ticketId);
    if (ticketId === 'fill-unfit') await pool.tickets.refuse([unfit(ticketId, 1)]);
    if (ticketId !== 'fill-late') return;
    await changeTicket(domain.redis, domain.key('ticket:fill-late'), { deadline: 1 });
    await pool.tickets.expire([ticketId]);
  }
}

async function allEvents() {
  const latest = await domain.redis.get(domain.key('events-head'));
  const origin = { account: '123456789012', region: 'eu-west-1' };
  const events: MatchmakingEvent[] = [];
  for await (const item of readEvents(domain.redis, domain.domain, {
    from: 0,
    origin,
    onError: () => undefined,
  })) {
    if (item.kind === 'event') events.push(item.event);
    if (item.position === latest) return events;
  }
  return events;
}

const of = (type: EventType, ticketId: string): MatchmakingEvent => {
  const event = heard.findLast(
    ({ detail }) => detail.type === type && detail.tickets.some((it) => it.ticketId === ticketId),
  );
  if (!event) throw new Error(`no ${type} of ${ticketId}`);
  return event;
};

const common = ['type', 'tickets', 'gameSessionInfo', 'customEventData'];

describe('every event has the shape that FlexMatch gives it', () => {
  test.each([...eventRows, ...backfillRows])(
    '$type of $ticketId',
    ({ type, ticketId, keys, player, detail = {} }) => {
      const event = of(type, ticketId);

      expect(Object.keys(event.detail).sort()).toEqual([...common, ...keys].sort());
      for (const ticket of event.detail.tickets)
        expect(Object.keys(ticket).sort()).toEqual(['players', 'startTime', 'ticketId']);
      const [first] = event.detail.tickets.filter((it) => it.ticketId === ticketId);
      expect(Object.keys(first?.players[0] ?? {}).sort()).toEqual([...player].sort());
      expect(event.detail.gameSessionInfo).toEqual({
        players: event.detail.tickets.flatMap((it) => it.players),
      });
      expect(event.detail).toMatchObject({ ...detail, customEventData: 'season "7"' });
    },
  );

  test('and no type is missing from that table', () => {
    expect(new Set(eventRows.map((row) => row.type))).toEqual(new Set(heard.map((it) => it.detail.type)));
    expect(new Set(eventRows.map((row) => row.type)).size).toBe(8);
  });
});

test('of a match that was placed, players and servers learn where', () => {
  const { detail } = of('MatchmakingSucceeded', 'hosted-a');
  const { playerSessions: _, ...where } = host;

  expect(detail.gameSessionInfo).toEqual({
    ...where,
    players: [
      { playerId: 'hosted-a', team: 'side_1', playerSessionId: 'psess-1' },
      { playerId: 'hosted-b', team: 'side_2' },
    ],
  });
  expect(detail.tickets.flatMap((it) => it.players)).toEqual(detail.gameSessionInfo.players);
});

test('every envelope is that of EventBridge', () => {
  const iso = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  for (const event of heard)
    expect(event).toEqual({
      version: '0',
      id: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
      'detail-type': 'GameLift Matchmaking Event',
      source: 'aws.gamelift',
      account: '123456789012',
      time: iso,
      region: 'eu-west-1',
      resources: ['arn:aws:gamelift:eu-west-1:123456789012:matchmakingconfiguration/duel'],
      detail: expect.anything(),
    });
  expect(new Set(heard.map((it) => it.id)).size).toBe(heard.length);
});

test('events of one ticket come in the order of its life (invariant 8)', () => {
  const lifeOf = (ticketId: string) =>
    heard
      .filter(({ detail }) => detail.tickets.some((it) => it.ticketId === ticketId))
      .map((it) => it.detail.type);

  expect(lifeOf('placed-a')).toEqual([
    'MatchmakingSearching',
    'PotentialMatchCreated',
    'MatchmakingSucceeded',
  ]);
  expect(lifeOf('refused-a')).toEqual([
    'MatchmakingSearching',
    'PotentialMatchCreated',
    'AcceptMatch',
    'AcceptMatchCompleted',
    'MatchmakingCancelled',
  ]);
  expect(lifeOf('unfit')).toEqual(['MatchmakingSearching', 'MatchmakingFailed']);
});

test('every event fits the JSON Schema that readers are given', () => {
  const problems = heard.flatMap((event) => eventForm.safeParse(event).error?.issues ?? []);

  expect(problems).toEqual([]);
});
