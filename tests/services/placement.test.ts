import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { storedEvents } from '../../jobs/event/event.ts';
import { place, status } from '../support/placement-service.ts';
import { openPlacementSteps } from '../support/placement-steps.ts';

let steps: Awaited<ReturnType<typeof openPlacementSteps>>;

beforeEach(async () => {
  steps = await openPlacementSteps();
  onTestFinished(() => steps[Symbol.asyncDispose]());
});

/** The latest event of the domain. */
const lastEvent = async () => {
  const [entry] = await steps.fleet.redis.xrevrange(steps.key('events'), '+', '-', 'COUNT', 1);
  return entry && storedEvents(entry).at(-1);
};

describe('a placed match', () => {
  test('is asked for once, signed and under its id, and told where it is played in record, ticket and event', async () => {
    await steps.decide('m', true, 'a', 'b');

    expect(await steps.start(['m'])).toMatchObject({ kind: 'done', result: { started: 1 } });

    expect(steps.service.forged()).toBe(0);
    expect(steps.service.requests).toMatchObject([
      {
        idempotencyKey: 'm',
        body: {
          matchId: 'm',
          configuration: 'duel',
          matchmakerData: {
            matchId: 'm',
            matchmakingConfigurationArn:
              'arn:aws:gamelift:eu-west-1:123456789012:matchmakingconfiguration/duel',
            teams: [
              {
                name: 'side_1',
                players: [
                  {
                    playerId: 'a',
                    attributes: { skill: { attributeType: 'DOUBLE', valueAttribute: 10 } },
                  },
                ],
              },
              { name: 'side_2', players: [{ playerId: 'b' }] },
            ],
          },
        },
      },
    ]);
    const where = {
      ipAddress: '203.0.113.7',
      port: 7_777,
      dnsName: 'server.example.com',
      gameSessionArn: 'arn:example:m',
    };
    expect(await steps.documents('matches')).toMatchObject([{ status: 'COMPLETED', game_session: where }]);
    expect(await steps.described('a')).toMatchObject({
      status: 'COMPLETED',
      gameSessionConnectionInfo: {
        ...where,
        matchedPlayerSessions: [{ playerId: 'a', playerSessionId: 'psess-a' }],
      },
    });
    expect(await lastEvent()).toMatchObject({
      type: 'MatchmakingSucceeded',
      detail: {
        gameSessionInfo: where,
        tickets: [
          { players: [{ playerSessionId: 'psess-a' }] },
          { players: [{ playerSessionId: 'psess-b' }] },
        ],
      },
    });
    expect(await steps.fleet.redis.hlen(steps.key('outbox-placement'))).toBe(0);
  });

  test('keeps the first place that was noted, and is not asked for again (invariant 4)', async () => {
    const { pool } = steps.fleet.stores;
    await steps.decide('m', true, 'a', 'b');
    const first = { ipAddress: '192.0.2.1', port: 1 };
    await pool.matches.place('m', { kind: 'placed', gameSession: first });

    await steps.start(['m']);

    expect(steps.service.requests).toEqual([]);
    expect(await steps.documents('matches')).toMatchObject([{ game_session: first }]);
  });
});

describe('a match that is refused a place', () => {
  test('fails as a whole: tickets, record and event say why, and nobody is in it', async () => {
    await steps.decide('m', true, 'a', 'b');
    steps.service.answerWith(status(409));

    expect(await steps.start(['m'])).toMatchObject({ kind: 'done', result: { started: 0 } });

    const message = 'The placement service refused the match (409).';
    expect(await steps.described('a')).toMatchObject({
      status: 'FAILED',
      statusReason: 'PlacementFailed',
      statusMessage: message,
    });
    expect(await steps.described('a')).not.toHaveProperty('gameSessionConnectionInfo');
    expect(await lastEvent()).toMatchObject({
      type: 'MatchmakingFailed',
      detail: { reason: 'PlacementFailed', message },
    });
    expect(await steps.documents('matches')).toMatchObject([{ status: 'FAILED' }]);
    expect(await steps.tickets()).toMatchObject([{ status: 'FAILED' }, { status: 'FAILED' }]);
    expect((await steps.fleet.stores.pool.matches.presence(['a'])).get('a')?.matchId).toBeUndefined();
  });
});

describe('a match that cannot be placed yet', () => {
  const notAtAll = () => undefined;
  const wordy = (_body: unknown, response: { end: (text: string) => void }) =>
    response.end(`{"x":"${'x'.repeat(600_000)}"}`);
  const say = (body: unknown) => (_body: unknown, response: { end: (text: string) => void }) =>
    response.end(JSON.stringify(body));

  test.each([
    ['503', status(503), /answered 503/],
    ['429', status(429), /answered 429/],
    ['a redirect, which is not followed', status(307, { location: '/elsewhere' }), /answered 307/],
    ['nothing in time', notAtAll, /timeout|aborted/],
    [
      'no JSON',
      (_body: unknown, response: { end: (text: string) => void }) => response.end('<html>'),
      /JSON/,
    ],
    ['no address', say({ port: 1 }), /ipAddress: must be an IPv4 or IPv6 address/],
    ['a port of 0', say({ ipAddress: '192.0.2.1', port: 0 }), /port/],
    ['more than it may', wordy, /exceeds 524288 bytes/],
  ])(
    'when the service says %s: its job is put off, its neighbours are done, and it is asked for again',
    async (_what, answer, detail) => {
      await steps.decide('waits', true, 'a', 'b');
      await steps.decide('needs-none', false, 'c', 'd');
      steps.service.answerWith(answer);

      expect(await steps.start(['waits', 'needs-none'])).toMatchObject({ kind: 'later' });

      expect(steps.answers).toMatchObject([{ kind: 'later', detail: expect.stringMatching(detail) }]);
      expect(steps.service.requests).toHaveLength(1);
      expect([await steps.described('a'), await steps.described('c')]).toMatchObject([
        { status: 'PLACING' },
        { status: 'COMPLETED' },
      ]);
      steps.service.answerWith(place);
      expect(await steps.start(['waits'])).toMatchObject({ kind: 'done' });
      expect(await steps.described('a')).toMatchObject({ status: 'COMPLETED' });
    },
  );

  test.each([
    ['its host is not allowed', { hosts: ['placement.example.com'] }, /PLACEMENT_HOSTS .* 127\.0\.0\.1/],
    ['the port of its host is not', { hosts: ['127.0.0.1'] }, /PLACEMENT_HOSTS/],
    ['there is no key to sign with', { secretOf: () => undefined }, /PLACEMENT_SECRET is not set/],
  ])('when %s: nothing is sent', async (_what, more, detail) => {
    await steps.decide('m', true, 'a', 'b');

    expect(await steps.start(['m'], steps.worker(more))).toMatchObject({ kind: 'later' });

    expect(steps.service.requests).toEqual([]);
    expect(steps.answers).toMatchObject([{ kind: 'later', detail: expect.stringMatching(detail) }]);
  });

  test('when the service is away, it waits until its deadline and then fails', async () => {
    await steps.decide('m', true, 'a', 'b');
    await steps.configure(3, { deadlineSeconds: 60 });
    steps.service.answerWith(status(503));
    await steps.age('m', 50);
    expect(await steps.start(['m'])).toMatchObject({ kind: 'later' });
    await steps.age('m', 11);

    await steps.start(['m']);

    expect(await steps.described('a')).toMatchObject({ status: 'FAILED', statusReason: 'PlacementFailed' });
    expect(await steps.documents('matches')).toMatchObject([{ status: 'FAILED' }]);
  });

  test('is asked for where its configuration says now', async () => {
    await steps.decide('m', true, 'a', 'b');
    await steps.configure(3, { url: 'http://127.0.0.1:1/' });
    expect(await steps.start(['m'], steps.worker({ hosts: ['127.0.0.1:1'] }))).toMatchObject({
      kind: 'later',
    });
    await steps.configure(4);

    await steps.start(['m']);

    expect(await steps.described('a')).toMatchObject({ status: 'COMPLETED' });
  });
});

test('the place of a match that was settled is not noted any more', async () => {
  const { pool } = steps.fleet.stores;
  const failed = { kind: 'failed', message: 'none' } as const;
  await steps.decide('m', true, 'a', 'b');
  expect(await pool.matches.placements(['m', 'ghost'])).toMatchObject([
    { age: expect.any(Number), outcome: undefined },
    { age: 0, outcome: undefined },
  ]);
  expect(await pool.matches.place('m', failed)).toEqual(failed);
  expect(await pool.matches.place('m', { kind: 'failed', message: 'another' })).toEqual(failed);
  expect(await pool.matches.placements(['m'])).toMatchObject([{ outcome: failed }]);

  await steps.start(['m']);

  expect(await pool.matches.place('m', failed)).toBeUndefined();
  expect(await steps.fleet.redis.hlen(steps.key('outbox-placement'))).toBe(0);
});
