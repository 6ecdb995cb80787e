import { beforeEach, describe, expect, inject, onTestFinished, test, vi } from 'vitest';
import type { Configuration } from '../../jobs/configuration/configuration.ts';
import { newcomer } from '../../jobs/ladder/rating.ts';
import { measureLaddersInUse } from '../../workers/maintenance/measure-ladders.ts';
import { runCycle } from '../../workers/matchmaking/cycle.ts';
import { openMirror } from '../../workers/matchmaking/mirror.ts';
import { openRatings } from '../../workers/matchmaking/rating-attributes.ts';
import { startBackfills } from '../../workers/matchmaking/start-backfill.ts';
import { openCompiled } from '../../workers/pool/compiled.ts';
import { isUnreachable, openDatabase } from '../../workers/records/database.ts';
import { openPlayers } from '../../workers/records/players.ts';
import { aConfiguration, aTicket, duelRuleSet } from '../support/builders.ts';
import { cycleStores } from '../support/cycle-stores.ts';
import { fleetTime } from '../support/fleet-clock.ts';
import { openFleetStores, perform } from '../support/fleet-stores.ts';
import { openOffice } from '../support/office.ts';
import { openProxy } from '../support/tcp-proxy.ts';
import { unobserved } from '../support/unobserved.ts';

let fleet: Awaited<ReturnType<typeof openFleetStores>>;
/** The session cache is shared by all tests, so each has ids of its own. */
const own = (name: string) => `${fleet.domain}-${name}`;

beforeEach(async () => {
  ratingsAway.mockClear();
  fleet = await openFleetStores();
  onTestFinished(() => fleet[Symbol.asyncDispose]());
});

const configure = (name: string, more: Partial<Configuration>) => {
  const { configuration, ...rest } = aConfiguration(1);
  return fleet.stores.pool.settings.install({ ...rest, configuration: { ...configuration, name, ...more } });
};
/** Starts tickets as a producer does, which knows that their ratings have to be read. */
const start = (configuration: string, ...names: string[]) =>
  fleet.producerTickets.start(
    names.map((name) => ({
      ...aTicket(own(name)),
      configuration,
      pool: configuration,
      unrated: configuration !== 'plain',
    })),
  );
const ratingsAway = vi.fn();
/** Cycles of a pool, until nothing is left to do. */
const cycle = async (pool: string, players = fleet.stores.players) => {
  const mirror = openMirror(fleet.stores.pool, pool);
  const rate = openRatings({ ...fleet.stores, players });
  const stores = cycleStores(fleet.stores.pool, { rate, observe: { ...unobserved, ratingsAway } });
  while (await runCycle(mirror, stores));
};
/** Rates a player on a ladder in the record alone. */
const rate = (name: string, ladder: string, mu: number, sigma: number) =>
  fleet.stores.players.move(
    ladder,
    [
      {
        playerId: own(name),
        rating: { ...newcomer, mu, sigma, version: 1, games: 1 },
        from: undefined,
      },
    ],
    new Date(),
  );
const key = (name: string) => `{${fleet.domain}.matchmaking}:${name}`;
const at = async (name: string, member: string) => Number(await fleet.redis.zscore(key(name), member));
const skillOf = async (name: string, attribute = 'skill') => {
  const [ticket] = await fleet.producerTickets.describe([own(name)]);
  return [ticket?.status, ticket?.players[0]?.attributes[attribute]];
};

describe('attributes taken from ratings', () => {
  test("are the fleet's, whatever the client said: 1500 for a newcomer", async () => {
    await configure('duel', { ratingAttributes: { skill: 'rating' } });
    await rate('veteran', 'default', 35, 2);
    await start('duel', 'novice', 'veteran');

    await cycle('duel');

    expect(await skillOf('novice')).toEqual(['SEARCHING', { N: 1_500 }]);
    expect(await skillOf('veteran')).toEqual(['SEARCHING', { N: 1_795 }]);
  });

  test("are a rating's rank among the ladder's active players, measured by upkeep", async () => {
    const ratingAttributes = { skill: 'percentile' } as const;
    await configure('duel', { ratingAttributes });
    const installed = (await fleet.stores.pool.settings.installed('duel'))!;
    await fleet.stores.configurations.store([
      { name: 'duel', version: installed.version, installed, created_at: new Date() },
    ]);
    for (const [index, mu] of [15, 20, 25, 30, 35].entries()) await rate(`p${index}`, 'default', mu, 2);
    const now = Date.now();
    const active = { 'ratings.default.at': now - 86_400_000 };
    await fleet.db
      .collection<{ _id: string }>('players')
      .updateMany({ _id: { $in: ['p0', 'p1', 'p2', 'p3', 'p4'].map(own) } }, { $set: active });
    await rate('gone', 'default', 90, 2);
    await start('duel', 'p0', 'p1', 'p4', 'gone', 'novice');
    const before = openRatings(fleet.stores);
    const [early] = await before([[{ playerId: own('p4'), attributes: {} }]], {
      ...{ ratingAttributes, avoidRecentOpponents: 0, ladder: 'default' },
    });
    expect(early?.[0]?.attributes['skill']).toEqual({ N: 50 });

    const measured = await perform(measureLaddersInUse(fleet.stores), [{}]);
    expect(measured).toMatchObject({ result: { measured: ['default'] } });
    expect(await perform(measureLaddersInUse(fleet.stores), [{}])).toMatchObject({
      result: { measured: [] },
    });
    await cycle('duel');

    const skills = ['p0', 'p1', 'p4', 'gone', 'novice'].map(async (name) => (await skillOf(name))[1]);
    expect(await Promise.all(skills)).toEqual([0, 25, 100, 100, 50].map((N) => ({ N })));
  });

  test('come from the session cache where it has them, and the record is not asked', async () => {
    await configure('duel', { ratingAttributes: { skill: 'rating' } });
    await fleet.stores.cache.putRatings([{ playerId: own('a'), rating: 1_612, version: 3 }]);
    await start('duel', 'a');
    const away = { ...fleet.stores.players, find: () => Promise.reject(new Error('was asked')) };

    await cycle('duel', away);

    expect(await skillOf('a')).toEqual(['SEARCHING', { N: 1_612 }]);
  });

  test.each([
    ['rating', 1_795],
    ['cautious', 1_618],
    ['mu', 35],
  ] as const)("are of the configuration's ladder: %s", async (which, expected) => {
    await configure('duel', { ladder: 'ranked', ratingAttributes: { skill: which } });
    await rate('a', 'ranked', 35, 2);
    await rate('a', 'default', 20, 2);
    await fleet.stores.cache.putRatings([{ playerId: own('a'), rating: 1_353, version: 1 }]);
    await start('duel', 'a');

    await cycle('duel');

    expect(await skillOf('a')).toEqual(['SEARCHING', { N: expected }]);
  });

  test('are those of a live match that wants company, too', async () => {
    await configure('duel', { ratingAttributes: { skill: 'rating' } });
    for (const name of ['a', 'b']) await rate(name, 'default', 35, 2);
    await start('duel', 'a', 'b');
    await cycle('duel');
    const { pool, tickets: records } = fleet.stores;
    const [{ matchId = '' } = {}] = await fleet.producerTickets.describe([own('a')]);
    const decided = await pool.matches.decided([matchId]);
    await pool.matches.settle(
      decided.map((match) => ({ match, status: 'COMPLETED', reason: '', message: '' })),
    );
    const players = [{ ...aTicket(own('a')).players[0]!, team: 'side_1' }];

    await perform(
      startBackfills({
        ...{ pool, tickets: records, compiled: openCompiled(pool) },
        wake: async () => undefined,
      }),
      [{ configuration: 'duel', matchId, players }],
    );
    await cycle('duel');

    const { tickets } = await fleet.stores.pool.mirror.readPool('duel', 0, 10);
    expect(tickets).toMatchObject([{ backfill: true, players: [{ attributes: { skill: { N: 1_795 } } }] }]);
  });

  test('are the same for every mirror: they are written to the ticket before it can be matched (invariant 10)', async () => {
    await configure('duel', { ratingAttributes: { skill: 'rating' } });
    await start('duel', 'novice');
    await cycle('duel');
    await rate('novice', 'default', 35, 2);

    await cycle('duel');

    expect(await skillOf('novice')).toEqual(['SEARCHING', { N: 1_500 }]);
  });

  test('keep a ticket from being matched while the record is away, and nobody else (invariant 1)', async () => {
    const away = await openCutOff();
    await configure('plain', {});
    await configure('rated', { ratingAttributes: { skill: 'cautious' } });
    await start('plain', 'a', 'b');
    await start('rated', 'waits', 'waits-too');

    await cycle('rated', away);
    await cycle('plain', away);

    expect(await skillOf('a')).toEqual(['PLACING', { N: 10 }]);
    expect(await skillOf('waits')).toEqual(['SEARCHING', { N: 10 }]);
    expect(ratingsAway).toHaveBeenCalledExactlyOnceWith('rated', expect.toSatisfy(isUnreachable));
    const [due, now] = [await at('due', 'rated'), await fleetTime(fleet.redis, fleet.domain)];
    expect(due - now, 'it is looked at again soon, and not at once').toSatisfy((ms) => ms > 0 && ms <= 1_000);

    await cycle('rated');
    expect(await skillOf('waits')).toEqual(['PLACING', { N: 763 }]);
  });
});

/** The players of a record that has just been cut off. */
async function openCutOff() {
  const uri = inject('stackEnv')['DOCUMENTDB_URI'] ?? '';
  const { host } = new URL(uri);
  const proxy = await openProxy(uri);
  const database = await openDatabase(uri.replace(host, `127.0.0.1:${proxy.port}`), fleet.db.databaseName);
  onTestFinished(database.close);
  await proxy.cut();
  return openPlayers(database.db);
}

describe('an attribute that is no number cannot be taken from ratings', () => {
  const { configuration } = aConfiguration();
  const put = (more: object) => openOffice(fleet).give('put-configuration', { ...configuration, ...more });
  const putRules = (body: string) => openOffice(fleet).give('put-rule-set', { name: 'duel', body });

  test('nor one the rule set does not declare: the configuration is refused by name', async () => {
    await putRules(duelRuleSet);

    expect(await put({ ratingAttributes: { skill: 'rating' } })).toMatchObject({ kind: 'done' });
    expect(await put({ ratingAttributes: { mood: 'rating' } })).toMatchObject({
      kind: 'refused',
      reason: expect.stringMatching(/^ratingAttributes\.mood: is no number attribute/),
    });
  });

  test('a quality target needs ratings or a balancedAttribute, now and under a later rule set', async () => {
    const quality = { winChance: [0.45, 0.55] as [number, number], easesAfterSeconds: [20] };
    const body = JSON.stringify({ ...JSON.parse(duelRuleSet), algorithm: { balancedAttribute: 'skill' } });
    await putRules(body);

    expect(await put({ quality })).toMatchObject({ kind: 'done' });
    expect(await putRules(duelRuleSet)).toMatchObject({
      kind: 'refused',
      reason: expect.stringMatching(/configuration duel does not fit it:\nquality: nothing says how good/),
    });
    expect(await put({ quality, ratingAttributes: { skill: 'rating' } })).toMatchObject({ kind: 'done' });
    expect(await putRules(duelRuleSet)).toMatchObject({ kind: 'done' });
    expect(await put({ quality, ratingAttributes: {} })).toMatchObject({
      kind: 'refused',
      reason: expect.stringMatching(/^quality: nothing says/),
    });
  });

  test('a rule set that has another use for the attribute of recent opponents is refused', async () => {
    const playerAttributes = [
      { name: 'skill', type: 'number', default: 10 },
      { name: 'recentOpponents', type: 'number', default: 0 },
    ];
    await putRules(JSON.stringify({ ...JSON.parse(duelRuleSet), playerAttributes }));

    expect(await put({ avoidRecentOpponents: 3 })).toMatchObject({
      kind: 'refused',
      reason: expect.stringMatching(/^avoidRecentOpponents: gives players .* it must be a string_list/),
    });
  });

  test('and a rule set that would take the number away is refused too', async () => {
    await putRules(duelRuleSet);
    await put({ ratingAttributes: { skill: 'rating' } });
    const body = JSON.stringify({ ...JSON.parse(duelRuleSet), playerAttributes: [], rules: [] });

    expect(await putRules(body)).toMatchObject({
      kind: 'refused',
      reason: expect.stringMatching(
        /configuration duel does not fit it:\nratingAttributes\.skill: is no number/,
      ),
    });
  });
});
