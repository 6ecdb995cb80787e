import { beforeEach, describe, expect, inject, onTestFinished, test } from 'vitest';
import { poolTag } from '../../jobs/keys.ts';
import type { CommittedMatch } from '../../jobs/match/match.ts';
import { isUnreachable, openDatabase } from '../../workers/records/database.ts';
import { openMatches } from '../../workers/records/matches.ts';
import { type HandFleet, type Kit, openCrew } from '../support/hand-fleet.ts';
import { brokenInvariants } from '../support/invariants.ts';
import { type LifeSteps, openLife } from '../support/life-steps.ts';
import { deathOf, everyDeath, mortal } from '../support/mortal.ts';
import { poolWith } from '../support/pool-with.ts';
import { openProxy } from '../support/tcp-proxy.ts';
import { ticketRecords } from '../support/ticket-records.ts';

let fleet: HandFleet;
let steps: LifeSteps;
beforeEach(async () => {
  ({ fleet, steps } = await openLife());
});

const plain = (name: string) => name;
const key = (name: string) => `${poolTag(fleet.domain)}:${name}`;
const ticketsOf = async (...ids: string[]) => await fleet.producerTickets.describe(ids);
const statuses = async (...ids: string[]) => (await ticketsOf(...ids)).map((it) => it.status);
const stored = async (matchId: string) => (await fleet.stores.matches.find([matchId])).get(matchId);
const claims = () => ticketRecords(fleet.db);

/** A worker of which some stores do other than they should. */
const workerWith = (stores: { [Name in keyof Kit]?: Partial<Kit[Name]> }) => {
  const changed = Object.entries(stores).map(([name, some]) => [
    name,
    { ...(fleet.kit[name as keyof Kit] as object), ...(some as object) },
  ]);
  return openCrew({ ...fleet.kit, ...Object.fromEntries(changed) });
};

/**
 * The match's start job has failed with a reason, for more than the five minutes after which it is given up.
 */
async function failForFiveMinutes(matchId: string, reason: string) {
  const queue = fleet.kit.queues.queues['session-creation'];
  await queue.obliterate({ force: true });
  await queue.add('start-match', { kind: reason, items: [1] }, { jobId: `start-match-${matchId}` });
  await fleet.drain();
  await fleet.advance(301_000);
}

/** What the beat does about it, and the jobs that it adds. */
async function beat() {
  await fleet.beat();
  await fleet.drain();
}

describe('a match that is stored', () => {
  test.each([
    'OOM command not allowed: the queue had no memory for five minutes',
    'ERR settle.lua: a settlement that throws',
    'started 11 times without ending: its workers stood still',
  ])('is not given up, though its job failed: %s (invariants 3, 4)', async (reason) => {
    const matchId = await steps.decide(plain);
    const failing = workerWith({
      pool: poolWith(fleet.kit.pool, { matches: { settle: () => Promise.reject(new Error(reason)) } }),
    });
    await expect(failing.work('start-match', [{ matchId }])).rejects.toThrow(reason);
    await failForFiveMinutes(matchId, reason);

    await beat();

    expect(await statuses('ann', 'bob')).toEqual(['COMPLETED', 'COMPLETED']);
    expect(await stored(matchId)).toMatchObject({ status: 'COMPLETED' });
    expect(await brokenInvariants(fleet)).toEqual([]);
  });

  test('starts though somebody who stood still gives it up after that (invariants 3, 4)', async () => {
    const matchId = await steps.decide(plain);
    const late = workerWith({
      matches: {
        create: async (...args: Parameters<Kit['matches']['create']>) => {
          await fleet.work('start-match', [{ matchId }]);
          return fleet.kit.matches.create(...args);
        },
      },
    });

    await late.work('start-match', [{ matchId, givenUp: 'Too late.' }]);

    expect(await statuses('ann', 'bob')).toEqual(['COMPLETED', 'COMPLETED']);
    expect(await brokenInvariants(fleet)).toEqual([]);
  });

  test('is settled with the teams and the place that are stored, whatever the queue decided since (invariant 4)', async () => {
    const matchId = await steps.decide(plain);
    const [match] = await fleet.stores.pool.matches.decided([matchId]);
    const [one, two] = match?.teams ?? [];
    const teams = [
      { name: one?.name ?? '', playerIds: two?.playerIds ?? [] },
      { name: two?.name ?? '', playerIds: one?.playerIds ?? [] },
    ];
    const gameSession = { ipAddress: '192.0.2.7', port: 7_777 };
    await fleet.stores.matches.create(
      [{ match: { ...(match as CommittedMatch), teams }, status: 'COMPLETED', gameSession }],
      new Date(),
    );

    await fleet.work('start-match', [{ matchId }]);

    const entries = await fleet.redis.xrevrange(key('events'), '+', '-', 'COUNT', 1);
    const fields = entries[0]?.[1] ?? [];
    const detail = JSON.parse(fields[fields.indexOf('detail') + 1] ?? '{}');
    const told = detail.tickets.flatMap(
      (it: { players: { playerId: string; team: string }[] }) => it.players,
    );
    expect(
      Object.fromEntries(told.map((it: { team: string; playerId: string }) => [it.team, it.playerId])),
    ).toEqual(Object.fromEntries(teams.map((team) => [team.name, team.playerIds[0]])));
    expect(detail.gameSessionInfo).toEqual(gameSession);
    expect(await ticketsOf('ann')).toMatchObject([{ gameSessionConnectionInfo: gameSession }]);
  });
});

describe('a match that is given up before it was stored', () => {
  test('leaves a document that says why, and its tickets on record (invariants 3, 4)', async () => {
    const matchId = await steps.decide(plain);
    await failForFiveMinutes(matchId, 'nobody-can');

    await beat();
    await fleet.work('record-tickets', [{}]);

    const why = { reason: 'PlacementFailed', message: expect.stringContaining('nobody-can') };
    expect(await stored(matchId)).toMatchObject({ status: 'FAILED', ...why });
    expect(await ticketsOf('ann')).toMatchObject([
      { status: 'FAILED', statusReason: why.reason, statusMessage: why.message },
    ]);
    expect(await claims()).toMatchObject(
      ['ann', 'bob'].map((_id) => ({ _id, status: 'FAILED', match_id: matchId, ...why })),
    );
    expect(await brokenInvariants(fleet)).toEqual([]);
  });

  test('never starts, though a worker that stood still goes on with it (invariants 3, 4)', async () => {
    const matchId = await steps.decide(plain);
    const late = workerWith({
      matches: {
        create: async (...args: Parameters<Kit['matches']['create']>) => {
          await fleet.work('start-match', [{ matchId, givenUp: 'Given up.' }]);
          return fleet.kit.matches.create(...args);
        },
      },
    });

    await late.work('start-match', [{ matchId }]);

    expect(await statuses('ann', 'bob')).toEqual(['FAILED', 'FAILED']);
    expect(await stored(matchId)).toMatchObject({ status: 'FAILED', message: 'Given up.' });
    expect(await claims()).toMatchObject([{ status: 'FAILED' }, { status: 'FAILED' }]);
    expect(await fleet.stores.pool.matches.presence(['ann'])).toEqual(
      new Map([['ann', { ticketId: 'ann' }]]),
    );
    expect(await brokenInvariants(fleet)).toEqual([]);
  });

  test('leaves the running match that it was to go on from to its players (invariants 2, 4)', async () => {
    const running = await steps.askForCompany(plain);
    await steps.start(plain, ['eve'], 'manual');
    await steps.cycle(fleet, 'manual');
    const [company] = await ticketsOf('company');
    const matchId = company?.matchId ?? '';
    const dies = workerWith({
      matches: { create: () => Promise.reject(new Error('the process died here')) },
    });
    await expect(dies.work('start-match', [{ matchId }])).rejects.toThrow('died here');
    expect(await stored(running)).toMatchObject({ succeeded_by: matchId });

    await fleet.work('start-match', [{ matchId, givenUp: 'Given up.' }]);

    expect(await statuses('company', 'eve')).toEqual(['FAILED', 'FAILED']);
    expect(await stored(running)).not.toHaveProperty('succeeded_by');
    expect(await brokenInvariants(fleet)).toEqual([]);
  });

  test('is not given up while the record is away, and ends as the record says when it is back (invariants 1, 4)', async () => {
    const matchId = await steps.decide(plain);
    const proxy = await openProxy(inject('stackEnv')['DOCUMENTDB_URI'] ?? '');
    const uri = `mongodb://127.0.0.1:${proxy.port}/?directConnection=true`;
    const database = await openDatabase(uri, fleet.db.databaseName);
    onTestFinished(() => database.close());
    await proxy.cut();
    const away = workerWith({ matches: openMatches(database.db) });
    const item = { matchId, givenUp: 'Given up.' };

    const error = await away.work('start-match', [item]).catch((reason: unknown) => reason);
    expect(error).toSatisfy(isUnreachable);
    expect(await statuses('ann', 'bob')).toEqual(['PLACING', 'PLACING']);
    await fleet.work('start-match', [item]);

    expect(await statuses('ann', 'bob')).toEqual(['FAILED', 'FAILED']);
    expect(await brokenInvariants(fleet)).toEqual([]);
  });

  test('ends as the record says, whatever call the beat that gives it up dies at (invariants 1, 4, 9)', async () => {
    let cases = 0;
    const calls = await everyDeath(async (death) => {
      const name = `case-${++cases}`;
      const own = (what: string) => `${name}-${what}`;
      const matchId = await steps.decide(own);
      await failForFiveMinutes(matchId, 'nobody-can');
      const place = await deathOf(openCrew(mortal(fleet.kit, death)).beat(), death);
      await fleet.workOff();

      const { status } = (await stored(matchId)) ?? {};
      expect(status).toMatch(/COMPLETED|FAILED/);
      expect(await statuses(own('ann'), own('bob')), `${death.when} ${place}`).toEqual([status, status]);
      expect(await brokenInvariants(fleet)).toEqual([]);
      return place;
    });

    expect(calls).toEqual([
      'pool.beat',
      'queues.getJob',
      'job.getState',
      'job.remove',
      'queues.enqueue',
      'pool.dueLadders',
    ]);
  });
});

test('a match one of whose tickets is no ticket any more is settled, and so are its neighbours (invariants 3, 8)', async () => {
  const broken = await steps.decide(plain);
  const well = await steps.decide((name) => `well-${name}`);
  await fleet.redis.set(key('ticket:ann'), 'no ticket');

  await fleet.work('start-match', [{ matchId: broken }, { matchId: well }]);

  expect(await statuses('bob', 'well-ann', 'well-bob')).toEqual(['COMPLETED', 'COMPLETED', 'COMPLETED']);
  const events = (await fleet.redis.xrange(key('events'), '-', '+')).map(([, fields]) => fields.join(' '));
  expect(events.filter((it) => it.includes('MatchmakingSucceeded') && it.includes(well))).toHaveLength(1);
  expect(await fleet.redis.hkeys(key('outbox'))).toEqual([]);
});

test('a result waits while its match is in the outbox (invariant 5)', async () => {
  const matchId = await steps.decide(plain);
  const teams = ['side_1', 'side_2'].map((name, index) => ({ name, rank: index + 1 }));
  const early = workerWith({
    pool: poolWith(fleet.kit.pool, {
      matches: {
        settle: async (...args) => {
          expect(await fleet.work('update-ratings', [{ matchId, teams }])).toMatchObject({ kind: 'later' });
          expect(await fleet.work('player-left', [{ matchId, playerId: 'ann' }])).toMatchObject({
            kind: 'later',
          });
          return fleet.kit.pool.matches.settle(...args);
        },
      },
    }),
  });

  await early.work('start-match', [{ matchId }]);
  expect(await fleet.work('update-ratings', [{ matchId, teams }])).toMatchObject({ kind: 'done' });
  await fleet.drain();

  expect(await brokenInvariants(fleet)).toEqual([]);
});
