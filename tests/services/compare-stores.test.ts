import { MongoNetworkError } from 'mongodb';
import { beforeEach, expect, test } from 'vitest';
import { storedEvents } from '../../jobs/event/event.ts';
import { poolTag } from '../../jobs/keys.ts';
import { aConfiguration } from '../support/builders.ts';
import { changeTicket } from '../support/change-ticket.ts';
import { type HandFleet, openCrew } from '../support/hand-fleet.ts';
import { brokenInvariants } from '../support/invariants.ts';
import { type LifeSteps, openLife } from '../support/life-steps.ts';
import { deathOf, everyDeath, mortal } from '../support/mortal.ts';
import { openOffice } from '../support/office.ts';
import { openRollback } from '../support/store-rollback.ts';

let fleet: HandFleet;
let steps: LifeSteps;
beforeEach(async () => {
  ({ fleet, steps } = await openLife());
  await compare();
});

const plain = (name: string) => name;
const key = (name: string) => `${poolTag(fleet.domain)}:${name}`;
const compare = () => fleet.work('compare-stores', [{}]);
const described = async (...ids: string[]) =>
  (await fleet.producerTickets.describe(ids)).map((it) => [it.ticketId, it.status, it.matchId]);

/** The store goes back to `then`, as a replica does that takes over. */
async function failOver(then: () => Promise<void>): Promise<void> {
  await then();
  await fleet.redis.set(key('compared'), 'that of the primary');
}

/**
 * Ann and Bob wait; the store goes back to that once their match is stored, which it sees if it is told.
 * Returns its id.
 */
async function loseMatch(own = plain, seen = true): Promise<string> {
  await steps.start(own, ['ann', 'bob']);
  const back = await openRollback(fleet.redis, fleet.domain);
  await steps.cycle(fleet);
  const matchId = await steps.matchIdOf(own);
  await fleet.drain();
  if (seen) await failOver(back);
  else await back();
  return matchId;
}

test('tickets whose stored match the queue store has lost are COMPLETED in it, with its events (invariants 1, 2, 4)', async () => {
  const matchId = await loseMatch();
  expect(await described('ann', 'bob')).toEqual([
    ['ann', 'SEARCHING', undefined],
    ['bob', 'SEARCHING', undefined],
  ]);

  expect(await compare()).toMatchObject({ result: { putBack: 1, compared: true } });
  await fleet.workOff();

  expect(await described('ann', 'bob')).toEqual([
    ['ann', 'COMPLETED', matchId],
    ['bob', 'COMPLETED', matchId],
  ]);
  expect(await fleet.db.collection('matches').countDocuments()).toBe(1);
  expect(await brokenInvariants(fleet, { tickets: ['ann', 'bob'] })).toEqual([]);
  expect(await compare()).toMatchObject({ result: undefined });
});

test('compare-stores: wherever its worker dies, they are COMPLETED in their match (invariants 1 to 9)', async () => {
  let cases = 0;
  const died = await everyDeath(async (death) => {
    const name = `case-${++cases}`;
    const own = (what: string) => `${name}-${what}`;
    const matchId = await loseMatch(own);
    const place = await deathOf(openCrew(mortal(fleet.kit, death)).work('compare-stores', [{}]), death);
    await compare();
    await fleet.workOff();

    const where = `${death.when} ${place}`;
    expect(await described(own('ann')), where).toEqual([[own('ann'), 'COMPLETED', matchId]]);
    expect(await brokenInvariants(fleet), where).toEqual([]);
    return place;
  });

  expect(died.join(' ')).toMatch(
    /^pool.uncompared configurations.all pool.proposed pool.pools pool.readPool .*matches.find .*pool.putBack pool.endAgain .*pool.compared$/,
  );
});

test('a ticket whose match was stored after the comparison, and that was matched again, goes back to it; the other searches again (invariants 1, 2)', async () => {
  const matchId = await loseMatch(plain, false);
  await fleet.stores.pool.tickets.stop('bob');
  await steps.start(plain, ['eve']);
  await steps.cycle(fleet);
  const second = await steps.matchIdOf((name) => (name === 'ann' ? 'eve' : name));
  expect(second).not.toBe(matchId);
  await fleet.drain();
  await fleet.workOff();

  expect(await described('ann', 'eve')).toEqual([
    ['ann', 'COMPLETED', matchId],
    ['eve', 'SEARCHING', undefined],
  ]);
  expect((await fleet.stores.matches.find([second])).get(second)).toMatchObject({ status: 'FAILED' });
  const told = (await fleet.redis.xrange(key('events'), '-', '+')).flatMap(storedEvents);
  const ofAnn = told.filter((it) => it.detail.tickets.some((ticket) => ticket.ticketId === 'ann'));
  expect(ofAnn.map((it) => `${it.type} ${it.detail['matchId'] ?? ''}`)).toEqual([
    'MatchmakingSearching ',
    `PotentialMatchCreated ${second}`,
    `PotentialMatchCreated ${matchId}`,
    `MatchmakingSucceeded ${matchId}`,
  ]);
});

test('a ticket id that was used again since is another ticket: it goes on searching', async () => {
  await loseMatch();
  await changeTicket(fleet.redis, key('ticket:ann'), { sequence: 99, call: 'another' });
  await compare();

  expect(await described('ann')).toMatchObject([['ann', 'SEARCHING', undefined]]);
});

test('a configuration that the queue store has lost is written back (invariant 11)', async () => {
  const { configuration } = aConfiguration();
  const body = aConfiguration().ruleSet.body;
  const office = openOffice(fleet);
  await office.give('put-rule-set', { name: 'duel', body });
  const put = (requestTimeoutSeconds: number) =>
    office.give('put-configuration', { ...configuration, ruleSetName: 'duel', requestTimeoutSeconds });
  await put(60);
  const back = await openRollback(fleet.redis, fleet.domain);
  await put(90);
  await failOver(back);
  const before = await fleet.stores.pool.settings.installed('duel');
  await compare();

  expect(before?.configuration.requestTimeoutSeconds).toBe(60);
  expect((await fleet.stores.pool.settings.installed('duel'))?.configuration.requestTimeoutSeconds).toBe(90);
});

test('while the record is away nothing is compared and nothing fails; it is compared when the record is back (invariant 9)', async () => {
  const matchId = await loseMatch();
  const { configurations } = fleet.kit;
  const away = openCrew({
    ...fleet.kit,
    configurations: { ...configurations, all: () => Promise.reject(new MongoNetworkError('away')) },
  });

  expect(await away.work('compare-stores', [{}])).toMatchObject({
    kind: 'done',
    result: { compared: false },
  });
  expect(await described('ann')).toEqual([['ann', 'SEARCHING', undefined]]);

  await compare();
  await fleet.workOff();
  expect(await described('ann')).toEqual([['ann', 'COMPLETED', matchId]]);
});
