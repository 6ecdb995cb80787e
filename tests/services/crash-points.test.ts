import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { ratingTurnKey } from '../../jobs/keys.ts';
import { defaultSettings } from '../../jobs/rating-update/ladder.ts';
import { newcomer, ratingAt } from '../../jobs/rating-update/rating.ts';
import type { Request } from '../../workers/enqueue.ts';
import type { Handler } from '../../workers/handler.ts';
import { resumeAll } from '../../workers/maintenance/resume-recomputes.ts';
import { correctResults } from '../../workers/rating-update/correct-result.ts';
import { recomputeLadder } from '../../workers/rating-update/recompute.ts';
import { startSeasons } from '../../workers/rating-update/reset-season.ts';
import { rateMatches } from '../../workers/rating-update/update-ratings.ts';
import { inTransaction } from '../../workers/records/database.ts';
import { createSessions } from '../../workers/session-creation/create-session.ts';
import { endSessions } from '../../workers/session-creation/end-session.ts';
import { leavePlayers } from '../../workers/session-creation/player-left.ts';
import { endingOf } from '../support/crash-ending.ts';
import { openFleetStores, perform } from '../support/fleet-stores.ts';
import { brokenInvariants } from '../support/invariants.ts';
import { deathOf, everyDeath, mortal } from '../support/mortal.ts';
import { play, report, wins } from '../support/played.ts';

/**
 * Each test lets a worker die at every store call of a job, before and after it, each time in a case of its own, and then
 * lets another worker do the job. The last case is the one in which nobody died: all others must have ended like it.
 */
let fleet: Awaited<ReturnType<typeof openFleetStores>>;
let enqueued: { readonly job: { readonly kind: string }; readonly items: readonly never[] }[];
const queues = {
  enqueue: async (request: Request<never>) => {
    enqueued.push(request);
  },
  queues: { 'rating-update': { getJob: async () => undefined } },
} as unknown as Parameters<typeof resumeAll>[1];

beforeEach(async () => {
  fleet = await openFleetStores();
  onTestFinished(() => fleet[Symbol.asyncDispose]());
  enqueued = [];
});

/** What a worker of the case works with; `queues` is there to be died at too. */
type Stores = (typeof fleet)['stores'] & { readonly queues: typeof queues };

type Own = (name: string) => string;

interface Story {
  /** What was there before. */
  readonly begin: (own: Own) => Promise<unknown>;
  readonly job: (own: Own, stores: Stores) => Promise<unknown>;
  /** What the rest of the fleet does afterwards. */
  readonly after?: (own: Own) => Promise<unknown>;
}

/** Matches here were put on record as if tickets had led to them: what says so is no break. */
const staged = /^4: match .* was recorded, not decided|^6: match .* names rule set/;

/** Tells a story once per death, and once without. Returns the calls somebody died at and how every case ended. */
async function tell({ begin, job, after }: Story) {
  const stores: Stores = { ...fleet.stores, queues };
  const endings: unknown[] = [];
  const calls = await everyDeath(async (death) => {
    const name = `${fleet.domain}-${endings.length}-`;
    const own = (what: string) => `${name}${what}`;
    enqueued = [];
    await begin(own);
    const place = await deathOf(job(own, mortal(stores, death)), death);
    await endTurns(name);
    if (place) await job(own, stores);
    await after?.(own);
    endings.push(await endingOf(name, fleet));
    const broken = await brokenInvariants(fleet);
    expect(
      broken.filter((it) => !staged.test(it)),
      name,
    ).toEqual([]);
    return place;
  });
  return { calls, endings, undisturbed: endings.at(-1) };
}

/** A job is delivered again when turns of its dead worker have long ended by themselves: these tests do not wait for it. */
async function endTurns(name: string): Promise<void> {
  const turns = await fleet.cacheRedis.keys(ratingTurnKey(`${name}*`));
  if (turns.length > 0) await fleet.cacheRedis.del(...turns);
}

/** The calls somebody died at: every one the job makes, none left out. */
const expectCalls = ({ calls }: { readonly calls: readonly string[] }, ...lines: readonly string[]) =>
  expect(calls.join(' ')).toBe(lines.join(' '));
/** The record follows a player who left a match. */
const left = 'pool.decided matches.leave';
/** The undisturbed case ended so, and every other like it. */
const expectAlike = ({ endings, undisturbed }: Awaited<ReturnType<typeof tell>>, end: object) => {
  expect(undisturbed).toMatchObject(end);
  for (const other of endings) expect(other).toEqual(undisturbed);
};

/** A match of red and blue, who have sessions. */
async function inMatch(own: Own) {
  const [red, blue] = [own('red'), own('blue')];
  await openSessions(own, fleet.stores);
  await play(fleet.stores, 'default', [{ matchId: own('m'), red, blue, at: 1_000 }]);
}
const openSessions = (own: Own, stores: (typeof fleet)['stores']) =>
  perform(
    createSessions({ ...stores, onCreated: () => undefined }),
    ['red', 'blue'].map((name) => ({
      sessionId: own(`session-${name}`),
      playerId: own(name),
      requestedAt: 0,
    })),
  );

test('create-session: a player has one session and one record, wherever a worker died (invariant 9)', async () => {
  const told = await tell({ begin: async () => undefined, job: openSessions });

  expectCalls(
    told,
    'pool.redisTime cache.ratings players.ensure cache.putRatings sessions.create cache.putSessions',
  );
  expectAlike(told, {
    players: [{ _id: 'blue' }, { _id: 'red' }],
    sessions: [{ status: 'ACTIVE' }, { status: 'ACTIVE' }],
  });
});

test('end-session: session, match and cache say the same, wherever a worker died (invariants 2, 9)', async () => {
  const told = await tell({
    begin: inMatch,
    job: (own, stores) =>
      perform(endSessions(stores), [{ sessionId: own('session-red'), playerId: own('red'), left: own('m') }]),
  });

  expectCalls(told, 'sessions.find pool.redisTime', left, 'sessions.end sessions.find cache.putSessions');
  expectAlike(told, {
    matches: [{ left: ['red'] }],
    sessions: [{ status: 'ACTIVE' }, { status: 'ENDED' }],
  });
});

test('player-left: the player has left once, wherever a worker died (invariants 2, 9)', async () => {
  const told = await tell({
    begin: inMatch,
    job: (own, stores) => perform(leavePlayers(stores), [{ matchId: own('m'), playerId: own('red') }]),
  });

  expectCalls(told, 'pool.leave matches.current pool.decided matches.find', left);
  expectAlike(told, {
    matches: [{ left: ['red'] }],
  });
});

test('update-ratings: the match is rated once, wherever a worker died (invariant 5)', async () => {
  const told = await tell({
    begin: inMatch,
    job: (own, stores) =>
      perform(rateMatches({ ...stores, onRated: () => undefined }), [wins('red', own('m'))]),
  });

  expectCalls(
    told,
    'pool.endMatches matches.find pool.endMatches ladders.ensure cache.takeTurns matches.find ladders.pass players.find players.move',
    'changes.insert matches.finish cache.endTurns players.find cache.putRatings',
  );
  expectAlike(told, {
    changes: [{ revision: 0 }, { revision: 0 }],
    players: [{ profile: { games_played: 1 } }, { profile: { games_played: 1 } }],
    cached: [{ version: '1' }, { version: '1' }],
  });
});

/** Resumes recomputes, does what was enqueued, and what that enqueues, until nothing waits. */
async function workOff() {
  await perform(resumeAll(fleet.stores, queues), [{}]);
  for (let next = enqueued.shift(); next; next = enqueued.shift()) {
    const handle = next.job.kind === 'recompute' ? recomputeLadder : startSeasons;
    const outcome = perform(handle(fleet.stores, queues) as Handler<never>, next.items);
    expect(await outcome).toMatchObject({ kind: 'done' });
  }
}

async function threeDuels(own: Own) {
  const [red, blue] = [own('red'), own('blue')];
  const duels = [1, 2, 3].map((n) => ({ matchId: own(`m${n}`), red, blue, at: 1_000 * n }));
  await play(fleet.stores, own('main'), duels);
  await report(fleet.stores, ...duels.map(({ matchId }) => wins('red', matchId)));
}
const correctFirst = (own: Own, stores: Stores) =>
  perform(correctResults(stores, stores.queues), [
    { result: wins('blue', own('m1')), reason: 'the referee erred' },
  ]);

test('correct-result: one correction, and every match rated again once, wherever a worker died (invariant 5)', async () => {
  const told = await tell({ begin: threeDuels, job: correctFirst, after: workOff });

  expectCalls(
    told,
    'matches.current matches.find ladders.read matches.countRatedFrom ladders.close matches.correct queues.enqueue',
  );
  expectAlike(told, {
    matches: [{ corrections: [{ revision: 1 }] }, {}, {}],
    changes: Array.from({ length: 12 }, (_, n) => ({ revision: n % 2 })),
    players: [{ profile: { games_played: 3 } }, { profile: { games_played: 3 } }],
  });
});

test('recompute: the running season reaches again whom it left in an earlier one, wherever a worker died (invariant 5)', async () => {
  const told = await tell({
    begin: async (own) => {
      await threeDuels(own);
      await perform(startSeasons(fleet.stores, queues), [{ ladder: own('main'), season: 1, after: '' }]);
      await correctFirst(own, { ...fleet.stores, queues });
      enqueued = [];
    },
    job: (own, stores) =>
      perform(recomputeLadder(stores, stores.queues), [{ ladder: own('main'), revision: 1 }]),
    after: workOff,
  });

  expect(told.calls.slice(-3)).toEqual(['queues.enqueue', 'ladders.open', 'ladders.read']);
  expectAlike(told, {
    players: [{ ratings: { main: { season: 1 } } }, { ratings: { main: { season: 1 } } }],
  });
});

const transact = (work: Parameters<typeof inTransaction>[1]) => inTransaction(fleet.stores.database, work);

/** More than one transaction of a season brings forward. */
const crowd = Array.from({ length: 201 }, (_, n) => String(1_000 + n));
const rated = { ...newcomer, mu: 30, sigma: 4, version: 1 };

/** Nobody but the case's own crowd, rated in the season before: a season is brought to every player there is. */
async function onlyCrowd(own: Own, ladder: string, season: number) {
  await fleet.db.collection('players').deleteMany({});
  const moves = crowd.map((name) => ({
    playerId: own(name),
    ladder,
    games: 0,
    rating: { ...rated, season },
  }));
  await transact((session) => fleet.stores.players.move(moves, new Date(), session));
}

test('reset-season: every player is brought forward once, in record and cache, wherever a worker died (invariant 5)', async () => {
  let season = 0;
  const chunk = ['ladders.pass', 'players.following', 'players.move', 'players.find', 'cache.putRatings'];
  const brought = ratingAt(rated, { at: rated.at, season: 1 }, defaultSettings);
  const { calls } = await tell({
    begin: (own) => onlyCrowd(own, 'default', season++),
    job: (_own, stores) =>
      perform(startSeasons(stores, stores.queues), [{ ladder: 'default', season, after: '' }]),
    after: async (own) => {
      const found = await fleet.stores.players.find(crowd.map(own));
      for (const { _id, profile, ratings } of found.values()) {
        expect(ratings['default']).toEqual({ ...brought, season, version: 2 });
        expect(await fleet.cacheRedis.hgetall(`ratings:${_id}`)).toMatchObject({
          rating: String(profile.current_rating),
          version: '2',
        });
      }
      expect(found.size).toBe(crowd.length);
    },
  });

  expect(calls).toEqual(['ladders.ensure', 'ladders.startSeason', 'ladders.read', ...chunk, ...chunk]);
});

test('reset-season: a ladder found closed is brought forward after its recompute, wherever a worker died (invariant 5)', async () => {
  const told = await tell({
    begin: async (own) => {
      await onlyCrowd(own, own('main'), 0);
      await fleet.stores.ladders.ensure([own('main')]);
      const closed = { revision: 1, next: { at: 0, matchId: '' }, replayed: 0 };
      await transact((session) => fleet.stores.ladders.close(own('main'), closed, session));
    },
    job: (own, mine) =>
      perform(startSeasons(mine, mine.queues), [{ ladder: own('main'), season: 1, after: '' }]),
    after: async (own) => {
      expect(enqueued.length).toBeGreaterThan(0);
      await transact((session) => fleet.stores.ladders.open(own('main'), 1, session));
      await workOff();
    },
  });

  expect(told.calls.at(-1)).toBe('queues.enqueue');
  expect(JSON.stringify(told.undisturbed).match(/"version":2/g)).toHaveLength(crowd.length);
  expectAlike(told, {});
});
