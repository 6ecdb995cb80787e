import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { ladderSettings } from '../../jobs/ladder/ladder.ts';
import { pseudonymOf } from '../../jobs/rating-update/jobs.ts';
import { erasePlayers } from '../../workers/rating-update/erase-player.ts';
import { createSessions } from '../../workers/session-creation/create-session.ts';
import { endSessions } from '../../workers/session-creation/end-session.ts';
import { leavePlayers } from '../../workers/session-creation/player-left.ts';
import { endingOf } from '../support/crash-ending.ts';
import { openFleetStores, perform } from '../support/fleet-stores.ts';
import { brokenInvariants } from '../support/invariants.ts';
import { deathOf, everyDeath, mortal } from '../support/mortal.ts';
import { signedCommand } from '../support/operator.ts';
import { ask, openRater, play, record, report, wins } from '../support/played.ts';

/**
 * Each test lets a worker die at every store call of a job, before and after it, each time in a case of its
 * own, and then lets another worker do the job. The last case is the one in which nobody died: all others
 * must have ended like it.
 */
let fleet: Awaited<ReturnType<typeof openFleetStores>>;

beforeEach(async () => {
  fleet = await openFleetStores();
  onTestFinished(() => fleet[Symbol.asyncDispose]());
});

type Stores = (typeof fleet)['stores'];

type Own = (name: string) => string;

interface Story {
  /** What was there before. */
  readonly begin: (own: Own) => Promise<unknown>;
  readonly job: (own: Own, stores: Stores) => Promise<unknown>;
}

/** Matches here were put on record as if tickets had led to them: what says so is no break. */
const staged = /^4: match .* was recorded, not decided|^6: match .* names rule set/;

/**
 * Tells a story once per death, and once without. Returns the calls somebody died at and how every case
 * ended.
 */
async function tell({ begin, job }: Story) {
  const { stores } = fleet;
  const endings: unknown[] = [];
  const calls = await everyDeath(async (death) => {
    const name = `${fleet.domain}-${endings.length}-`;
    const own = (what: string) => `${name}${what}`;
    await begin(own);
    const place = await deathOf(job(own, mortal(stores, death)), death);
    if (place) await job(own, stores);
    endings.push(await endingOf(name, fleet));
    return place;
  });
  // Of all cases at once: nothing changes a case once it has ended, and what is broken is told with its ids.
  expect((await brokenInvariants(fleet)).filter((it) => !staged.test(it))).toEqual([]);
  return { calls, endings, undisturbed: endings.at(-1) };
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

test('end-session before its creation: the session is over, wherever a worker died (invariants 9, 11)', async () => {
  const told = await tell({
    begin: () => Promise.resolve(),
    job: (own, stores) =>
      perform(endSessions(stores), [{ sessionId: own('late'), playerId: own('red'), left: '' }]),
  });

  expectCalls(
    told,
    'sessions.find pool.redisTime sessions.endBefore sessions.find sessions.end sessions.find cache.putSessions',
  );
  expectAlike(told, { sessions: [{ status: 'ENDED' }] });
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

test('rate-ladder: the match is rated once, wherever a worker died (invariants 5, 9)', {
  timeout: 180_000,
}, async () => {
  const told = await tell({
    begin: async (own) => {
      await inMatch(own);
      await record(fleet.stores, [wins('red', own('m'))]);
    },
    job: (_own, stores) => openRater(stores).rateOnce('default'),
  });

  expectCalls(
    told,
    'ladders.read changes.after pool.nextArrivals matches.find pool.decided changes.byId players.find matches.finish',
    'changes.append cache.putRatings',
    'pool.nextArrivals players.move ladders.flushed pool.nextArrivals',
  );
  expectAlike(told, {
    changes: [{ match_id: 'm', revision: 0 }],
    players: [{ profile: { games_played: 1 } }, { profile: { games_played: 1 } }],
    cached: [{ version: '1' }, { version: '1' }],
  });
});

/** Three duels on record of a ladder of the case's own, and a command that waits for its rater. */
const withCommand =
  (kind: 'correct-result' | 'start-season' | 'put-ladder' | 'give-ratings') =>
  async (own: Own): Promise<void> => {
    const [red, blue, ladder] = [own('red'), own('blue'), own('main')];
    const duels = [1, 2, 3].map((n) => ({ matchId: own(`m${n}`), red, blue, at: 1_000 * n }));
    await play(fleet.stores, ladder, duels);
    await report(fleet.stores, ...duels.map(({ matchId }) => wins('red', matchId)));
    const items = {
      'correct-result': { result: wins('blue', own('m1')), reason: 'the referee erred' },
      'start-season': { ladder, season: 1 },
      'put-ladder': { name: ladder, settings: ladderSettings.parse({ sideAdvantage: 30 }) },
      'give-ratings': { ladder, ratings: [{ playerId: red, rating: 1_700 }] },
    };
    await ask(fleet.stores, kind, items[kind], own('command'));
  };
const rateMain = (own: Own, stores: Stores) => openRater(stores).rateOnce(own('main'));
const loading = 'ladders.read changes.after pool.nextArrivals pool.redisTime audit.find changes.byId';
const settling = 'pool.nextArrivals players.move ladders.flushed pool.nextArrivals';

test('correct-result: one correction, and every match rated again once, wherever a worker died (invariant 5)', {
  timeout: 180_000,
}, async () => {
  const told = await tell({ begin: withCommand('correct-result'), job: rateMain });

  expectCalls(
    told,
    loading,
    'matches.find pool.decided changes.byId changes.matchesFrom changes.append audit.note pool.answerCommand',
    'changes.at matches.correct changes.after matches.find changes.latest players.find changes.append',
    'changes.after changes.append',
    settling,
  );
  expectAlike(told, {
    matches: [{ corrections: [{ reason: 'the referee erred' }] }, {}, {}],
    players: [{ profile: { games_played: 3 } }, { profile: { games_played: 3 } }],
  });
  expect(JSON.stringify(told.undisturbed).match(/"revision":4/g)).toHaveLength(4);
});

test('start-season: every player is brought forward once, wherever a worker died (invariant 5)', {
  timeout: 180_000,
}, async () => {
  const told = await tell({ begin: withCommand('start-season'), job: rateMain });

  expectCalls(
    told,
    loading,
    'changes.append audit.note pool.answerCommand ladders.flushed players.following changes.append',
    settling,
  );
  expectAlike(told, {
    players: [
      { ratings: { main: { season: 1, version: 4 } } },
      { ratings: { main: { season: 1, version: 4 } } },
    ],
    ladders: [{ season: 1 }],
  });
});

test('put-ladder: the ladder has its settings, wherever a worker died (invariants 9, 11)', async () => {
  const told = await tell({ begin: withCommand('put-ladder'), job: rateMain });

  expectCalls(
    told,
    loading,
    'changes.append audit.note pool.answerCommand pool.nextArrivals ladders.flushed pool.nextArrivals',
  );
  expectAlike(told, { ladders: [{ settings: { sideAdvantage: 30 } }] });
});

test('give-ratings: the player has the rating, wherever a worker died (invariants 5, 9)', async () => {
  const told = await tell({ begin: withCommand('give-ratings'), job: rateMain });

  expectCalls(told, loading, 'players.find changes.append audit.note pool.answerCommand', settling);
  expectAlike(told, {
    players: [{}, { ratings: { main: { games: 3, version: 4 } }, profile: { games_played: 3 } }],
  });
});

test('erase-player: the player is gone and the ladder adds up, wherever a worker died (invariants 5, 9)', {
  timeout: 240_000,
}, async () => {
  const pseudonym = pseudonymOf('00000000-0000-4000-8000-000000000000');
  const told = await tell({
    begin: async (own) => {
      const [red, blue] = [own('red'), own('blue')];
      await openSessions(own, fleet.stores);
      const duels = [1, 2].map((n) => ({ matchId: own(`m${n}`), red, blue, at: 1_000 * n }));
      await play(fleet.stores, own('main'), duels);
      await report(fleet.stores, ...duels.map(({ matchId }) => wins('red', matchId)));
    },
    job: async (own, stores) => {
      const wake = async (ladder: string) => void (await openRater(stores).rateOnce(ladder));
      // What an attempt before has left to the rater.
      await wake(own('main'));
      const item = { playerId: own('red'), pseudonym, reason: 'request 7' };
      const asked = { kind: 'erase-player', target: pseudonym, item };
      const signed = await signedCommand(fleet.stores, fleet.domain, asked);
      await perform(erasePlayers({ ...stores, wake }), [signed]);
    },
  });

  const erasing = told.calls.filter((it) => /^(erasure|audit)/.test(it) || it === 'cache.forget');
  expect(erasing.join(' ')).toBe(
    'erasure.begin erasure.ladders audit.find erasure.eraseFromLadder audit.note erasure.eraseSome erasure.ladders erasure.forget cache.forget audit.note',
  );
  expectAlike(told, { players: [{ ratings: { main: { games: 2 } } }], sessions: [{ status: 'ACTIVE' }] });
});
