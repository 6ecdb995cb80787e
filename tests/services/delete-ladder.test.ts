import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { defaultSettings } from '../../jobs/ladder/ladder.ts';
import { aConfiguration } from '../support/builders.ts';
import { openFleetStores } from '../support/fleet-stores.ts';
import { deathOf, everyDeath, mortal } from '../support/mortal.ts';
import { ask, command, openRater, play, record, wins } from '../support/played.ts';
import { openPoolSteps } from '../support/pool-steps.ts';

let fleet: Awaited<ReturnType<typeof openFleetStores>>;
beforeEach(async () => {
  fleet = await openFleetStores();
  onTestFinished(() => fleet[Symbol.asyncDispose]());
});

const settings = { ...defaultSettings, sideAdvantage: 30 };
const put = (name = 'spare') => command(fleet.stores, 'put-ladder', { name, settings });
const remove = (name = 'spare', id?: string) => command(fleet.stores, 'delete-ladder', { name }, id);
const done = (result: object) => ({ kind: 'done', result, refusals: [] });

const chain = async (name = 'spare') =>
  (await fleet.stores.changes.after(name, 0, 100)).map(({ kind }) => kind);
const onRecord = async (name = 'spare') => (await fleet.stores.ladders.read([name])).get(name)!;
const indexes = async () => (await fleet.db.collection('players').indexes()).map((it) => it.name);
const measured = () => fleet.db.collection<{ _id: string }>('rating_distribution').findOne({ _id: 'spare' });

/** Versions of the configuration `duel` on record, by the ladder that each names. */
const named = (...ladders: readonly string[]) =>
  fleet.stores.configurations.store(
    ladders.map((ladder, index) => {
      const { configuration, ...installed } = aConfiguration(index + 1);
      const version = index + 1;
      return {
        ...{ name: 'duel', version, created_at: new Date() },
        installed: { ...installed, configuration: { ...configuration, ladder } },
      };
    }),
  );

/** Commits a match of `spare`; with `acceptMs` its players are asked. */
async function commit(acceptMs?: number) {
  const { domain, redis, producerTickets: tickets, stores } = fleet;
  const steps = await openPoolSteps({
    domain,
    redis,
    tickets,
    pool: stores.pool,
    [Symbol.asyncDispose]: async () => {},
  });
  await steps.search('a', 'b');
  const { match, ...wanted } = await steps.commitOf('m', 'a', 'b');
  await stores.pool.matches.commit('duel', [{ ...wanted, match: { ...match, ladder: 'spare' } }], acceptMs);
}

test('a ladder that nothing uses goes, with its settings, its season and what is made of its players', async () => {
  await put();
  await command(fleet.stores, 'start-season', { ladder: 'spare', season: 1 });
  await fleet.stores.distributions.measureNext(['spare'], Date.now());
  expect(await indexes()).toContain('means-spare');

  expect(await remove('spare', 'once')).toEqual(done({ ordinal: 4 }));
  expect(await remove('spare', 'once')).toEqual(done({ ordinal: 4 }));

  expect(await onRecord()).toMatchObject({ deleted: true, season: 0, settings: defaultSettings });
  expect(await indexes()).not.toContain('means-spare');
  expect(await measured()).toBeNull();
  expect(await fleet.stores.audit.list({ target: 'spare', limit: 1 })).toMatchObject([
    { kind: 'delete-ladder', operator: 'ann', verdict: { kind: 'done' } },
  ]);
  expect(await remove()).toMatchObject({ kind: 'refused', reason: 'name: there is no ladder spare' });
});

test('who puts it again has a new one', async () => {
  await put();
  await remove();

  await put();

  expect(await onRecord()).toEqual({ _id: 'spare', flushed: 3, season: 0, settings, settings_at: 3 });
  expect(await indexes()).toContain('means-spare');
});

describe('a ladder is not deleted', () => {
  /** `behind`: what comes among the ladder's arrivals after the command. */
  const cases: Record<
    string,
    { begin?: () => Promise<unknown>; behind?: () => Promise<unknown>; reason: RegExp }
  > = {
    'while a configuration names it': {
      begin: () => named('default', 'spare'),
      reason: /in use: configuration duel names it; .*another ladder/,
    },
    'while the players of a match of it are asked': {
      begin: () => Promise.all([named('spare', 'default'), commit(30_000)]),
      reason: /match m is one of it.*report its result/,
    },
    'while a match of it is live that is not on record yet': {
      begin: () => Promise.all([named('spare', 'default'), commit()]),
      reason: /match m is one of it/,
    },
    'while a match of it is live that is on record': {
      async begin() {
        await named('spare', 'default');
        await commit();
        const [match] = await fleet.stores.pool.matches.decided(['m']);
        await fleet.stores.matches.create([{ match: match!, status: 'COMPLETED' }], new Date());
        await fleet.stores.pool.matches.settle([
          { match: match!, status: 'COMPLETED', reason: 'why', message: 'because' },
        ]);
      },
      reason: /match m is one of it/,
    },
    'while the result of a match of it waits': {
      behind: () =>
        fleet.stores.pool.matches.report([{ matchId: 'm', result: wins('red', 'm'), ladder: 'spare' }]),
      reason: /result of match m waits to be rated/,
    },
    'while one waits on the ladder that its configuration names now': {
      async begin() {
        await named('spare', 'other');
        await play(fleet.stores, 'spare', [{ matchId: 'm', red: 'a', blue: 'b', at: 1_000 }]);
        await fleet.stores.pool.matches.report([{ matchId: 'm', result: wins('red', 'm'), ladder: 'other' }]);
      },
      reason: /result of match m waits to be rated/,
    },
    'while a player has a rating on it': {
      begin: () =>
        command(fleet.stores, 'give-ratings', {
          ladder: 'spare',
          ratings: [{ playerId: 'a', rating: 1_700 }],
        } as never),
      reason: /player a has a rating on it/,
    },
  };

  test.each(Object.entries(cases))('%s', async (_when, { begin, behind, reason }) => {
    await put();
    await begin?.();
    await ask(fleet.stores, 'delete-ladder', { name: 'spare' }, 'once');
    await behind?.();
    const asked = await remove('spare', 'once');

    expect(asked).toMatchObject({ kind: 'refused', reason: expect.stringMatching(reason) });
    expect(await onRecord()).toMatchObject({ settings });
    expect(await chain()).not.toContain('deleted');
    expect(await fleet.stores.audit.list({ target: 'spare', limit: 1 })).toMatchObject([
      { kind: 'delete-ladder', verdict: { kind: 'refused' } },
    ]);
  });

  test('where it is the one that players see', async () => {
    expect(await remove('default')).toMatchObject({
      kind: 'refused',
      reason: expect.stringMatching(/^name: .*always exists/),
    });
  });
});

test('a result that comes while its ladder is deleted is rated, on a ladder that begins anew (invariant 5)', async () => {
  const { stores } = fleet;
  await put();
  await play(stores, 'spare', [{ matchId: 'm', red: 'a', blue: 'b', at: 1_000 }]);
  await ask(stores, 'delete-ladder', { name: 'spare' }, 'gone');
  const append: typeof stores.changes.append = async (documents) => {
    if (documents[0]?.kind === 'deleted') await record(stores, [wins('red', 'm')]);
    return stores.changes.append(documents);
  };

  await openRater({ ...stores, changes: { ...stores.changes, append } }).rate('spare');
  await openRater(stores).rate();
  await openRater(stores).rate('spare');

  expect(await ask(stores, 'delete-ladder', { name: 'spare' }, 'gone')).toEqual(done({ ordinal: 2 }));
  expect(await chain()).toEqual(['settings', 'deleted', 'match']);
  expect(await onRecord()).toEqual({
    ...{ _id: 'spare', flushed: 3, season: 0, settings: defaultSettings, settings_at: 0 },
  });
  expect((await stores.players.find(['a'])).get('a')?.ratings['spare']).toMatchObject({ games: 1 });
});

test('a rater that knows the ladder from before neither rates on it nor brings it back', async () => {
  const { stores } = fleet;
  await put();
  const old = openRater(stores);
  await old.rateOnce('spare');
  const before = await onRecord();
  await remove();

  await stores.ladders.flushed('spare', { ...before, ordinal: 1, settingsAt: 1 });
  await play(stores, 'spare', [{ matchId: 'm', red: 'a', blue: 'b', at: 1_000 }]);
  await stores.pool.matches.report([{ matchId: 'm', result: wins('red', 'm'), ladder: 'spare' }]);
  await old.rate('spare');

  expect(await chain()).toEqual(['settings', 'deleted', 'match']);
  expect((await stores.changes.after('spare', 2, 1))[0]).toMatchObject({ kind: 'match', settings_at: 0 });
});

test('delete-ladder: the ladder is deleted once, with all that goes with it, wherever a worker died (invariants 9, 11)', async () => {
  const { stores } = fleet;
  let cases = 0;
  const calls = await everyDeath(async (death) => {
    const name = `spare-${++cases}`;
    await put(name);
    await ask(stores, 'delete-ladder', { name }, name);

    const place = await deathOf(openRater(mortal(stores, death)).rateOnce(name), death);
    await openRater(stores).rateOnce(name);

    expect(await ask(stores, 'delete-ladder', { name }, name)).toEqual(done({ ordinal: 2 }));
    expect(await chain(name)).toEqual(['settings', 'deleted']);
    expect(await onRecord(name)).toMatchObject({ deleted: true, flushed: 2 });
    expect(await indexes()).not.toContain(`means-${name}`);
    return place;
  });

  expect(calls).toContain('changes.append');
  expect(calls).toContain('ladders.flushed');
});
