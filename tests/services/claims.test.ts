import { beforeEach, describe, expect, test } from 'vitest';
import { poolTag } from '../../jobs/keys.ts';
import type { CommittedMatch } from '../../jobs/match/match.ts';
import { defaultReadableMs } from '../../jobs/matchmaking/claim.ts';
import { aMatch, aPlayer } from '../support/builders.ts';
import { type HandFleet, openCrew } from '../support/hand-fleet.ts';
import { brokenInvariants } from '../support/invariants.ts';
import { type LifeSteps, openLife } from '../support/life-steps.ts';
import { deathOf, everyDeath, mortal } from '../support/mortal.ts';
import { ticketCollections, ticketRecords } from '../support/ticket-records.ts';

let fleet: HandFleet;
let steps: LifeSteps;
beforeEach(async () => {
  ({ fleet, steps } = await openLife());
});

const plain = (name: string) => name;
const recordOf = async (_id: string) => (await ticketRecords(fleet.db, { _id }))[0];
const statuses = async (...ids: string[]) =>
  (await fleet.producerTickets.describe(ids)).map((it) => it.status);

/**
 * The queue forgets tickets and their players, and every trace of them on record is older by so much (ms).
 */
async function forget(ms: number, ...ids: string[]) {
  await fleet.redis.del(
    ...ids.flatMap((id) => ['ticket', 'player'].map((what) => `${poolTag(fleet.domain)}:${what}:${id}`)),
  );
  for (const _id of ids) {
    const { start_time, decided_at } = (await recordOf(_id)) ?? {};
    const earlier = {
      call: 'older',
      ...(start_time && { start_time: new Date(start_time.getTime() - ms) }),
      ...(decided_at !== undefined && { decided_at: decided_at - ms }),
    };
    for (const records of await ticketCollections(fleet.db))
      await records.updateOne({ _id }, { $set: earlier });
  }
}

/** Ann and Bob are matched, and their match starts. Returns its id. */
async function playDuel(own = plain) {
  const matchId = await steps.decide(own);
  await fleet.drain();
  return matchId;
}

describe('a ticket id that is used again', () => {
  test('when its match is 25 hours old harms nobody: both tickets are in a match (invariants 1, 2)', async () => {
    await playDuel();
    await forget(25 * 3_600_000, 'ann');
    await steps.start(plain, ['ann', 'eve']);
    await steps.cycle(fleet);
    const second = await steps.matchIdOf(plain);
    await fleet.drain();

    expect(await statuses('ann', 'eve')).toEqual(['COMPLETED', 'COMPLETED']);
    expect(await recordOf('ann')).toMatchObject({ status: 'COMPLETED', match_id: second });
    expect(await recordOf('bob')).toMatchObject({
      status: 'COMPLETED',
      match_id: expect.not.stringMatching(second),
    });
  });

  test('minutes after its match fails, the queue should not have forgotten it; the other of its match searches again with its age and is matched, wherever a worker dies (invariants 1, 2)', async () => {
    let cases = 0;
    const calls = await everyDeath(async (death) => {
      const own = (what: string) => `case-${cases}-${what}`;
      cases++;
      const first = await playDuel(own);
      await forget(defaultReadableMs - 60_000, own('ann'));
      await steps.start(own, ['ann', 'eve']);
      const ageOf = async () =>
        (await fleet.stores.pool.mirror.readPool('duel', 0, 9)).tickets.map((it) => it.since);
      const [, since] = await ageOf();
      await steps.cycle(fleet);
      const second = await steps.matchIdOf(own);
      const work = openCrew(mortal(fleet.kit, death)).work('start-match', [{ matchId: second }]);
      const place = await deathOf(work, death);
      await fleet.workOff();

      const where = `${death.when} ${place}`;
      expect(await statuses(own('ann'), own('eve')), where).toEqual(['FAILED', 'SEARCHING']);
      expect((await fleet.stores.matches.find([second])).get(second), where).toMatchObject({
        status: 'FAILED',
        reason: 'TicketInAnotherMatch',
        failing: [own('ann')],
      });
      expect(await recordOf(own('ann')), where).toMatchObject({ status: 'COMPLETED', match_id: first });
      expect(await ageOf(), where).toEqual([since]);

      await steps.start(own, ['fay']);
      await steps.cycle(fleet);
      await fleet.drain();
      expect(await statuses(own('eve'), own('fay')), where).toEqual(['COMPLETED', 'COMPLETED']);
      const broken = await brokenInvariants(fleet);
      expect(
        broken.filter((it) => !/-ann\b/.test(it)),
        where,
      ).toEqual([]);
      return place;
    });

    expect(calls.join(' ')).toBe(
      'pool.decided tickets.claim ladders.read players.find pool.decided matches.giveUpLost tickets.takeOver matches.create tickets.fail matches.goOnAlone pool.settle',
    );
  });

  test.each(['stop', 'time out'])('and ends by a %s has that ending on record (invariant 1)', async (how) => {
    await playDuel();
    await forget(25 * 3_600_000, 'ann');
    await steps.start(plain, ['ann'], 'duel', how === 'stop' ? 60_000 : -1);
    if (how === 'stop') await fleet.stores.pool.tickets.stop('ann');
    else await fleet.stores.pool.tickets.expire(['ann']);
    await fleet.work('record-tickets', [{}]);

    const ended = await recordOf('ann');
    expect(ended).toMatchObject({ status: how === 'stop' ? 'CANCELLED' : 'TIMED_OUT' });
    for (const field of ['match_id', 'decided_at']) expect(ended).not.toHaveProperty(field);
  });

  test('and ends again and again has its latest ending on record', async () => {
    for (const stopped of [true, false]) {
      await steps.start(plain, ['ann'], 'duel', stopped ? 60_000 : -1);
      if (stopped) await fleet.stores.pool.tickets.stop('ann');
      else await fleet.stores.pool.tickets.expire(['ann']);
      await fleet.work('record-tickets', [{}]);
      await forget(0, 'ann');
    }

    expect(await recordOf('ann')).toMatchObject({ status: 'TIMED_OUT' });
  });
});

describe('a queue that went back in time', () => {
  test.each([
    ['its sequence', (ticket: { sequence: number }) => ({ sequence: ticket.sequence, call: 'another' })],
    [
      'its call',
      (ticket: { sequence: number; call: string }) => ({ sequence: ticket.sequence + 9, call: ticket.call }),
    ],
  ])('gets no second match for a ticket, told by %s, however late (invariant 2)', async (_by, of) => {
    const matchId = await steps.decide(plain);
    const [match] = await fleet.stores.pool.matches.decided([matchId]);
    await fleet.drain();
    const [first, second] = match?.tickets ?? [];
    if (!match || !first || !second) throw new Error('a match of two');
    const { sequence, call } = of({ ...first, call: match.calls?.[0] ?? '' });
    const again: CommittedMatch = {
      ...match,
      matchId: 'again',
      now: match.now + 24 * 3_600_000,
      tickets: [
        { ...first, sequence },
        { ...second, ticketId: 'eve' },
      ],
      calls: [call, 'eve-call'],
    };

    const { conflicts } = await fleet.stores.tickets.claim([again], new Date());

    expect(match.calls).toEqual([expect.stringMatching(/./), expect.stringMatching(/./)]);
    expect(conflicts).toEqual([{ ticketId: first.ticketId, matchId: 'again', holder: matchId, same: true }]);
  });
});

describe('a claim held by a match that was lost before it was stored', () => {
  /** A match that somebody claimed tickets for; neither the record nor the outbox knows it. */
  const claimFor = async (matchId: string, decided: CommittedMatch, ...others: string[]) => {
    const [ann] = decided.tickets;
    const more = others.map((ticketId) => ({
      ticketId,
      startTime: 0,
      sequence: 1,
      age: 0,
      players: [aPlayer(ticketId)],
    }));
    const lost = { ...aMatch(matchId, []), now: decided.now, tickets: [...(ann ? [ann] : []), ...more] };
    await fleet.stores.tickets.claim([lost], new Date());
    return lost;
  };

  test('goes to the next match, wherever its worker died, and the lost one never starts (invariants 1, 2, 4)', async () => {
    let cases = 0;
    const calls = await everyDeath(async (death) => {
      const own = (what: string) => `case-${cases}-${what}`;
      cases++;
      const matchId = await steps.decide(own);
      const [match] = await fleet.stores.pool.matches.decided([matchId]);
      if (!match) throw new Error('nothing was decided');
      const lost = await claimFor(own('lost'), match, own('eve'));
      const work = openCrew(mortal(fleet.kit, death)).work('start-match', [{ matchId }]);
      const place = await deathOf(work, death);
      await fleet.workOff();
      const late = await fleet.stores.matches.create([{ match: lost, status: 'COMPLETED' }], new Date());

      const where = `${death.when} ${place}`;
      expect(await statuses(own('ann'), own('bob')), where).toEqual(['COMPLETED', 'COMPLETED']);
      expect(late.stored.get(lost.matchId), where).toMatchObject({ status: 'FAILED', reason: 'MatchLost' });
      for (const id of [own('ann'), own('bob')])
        expect(await recordOf(id), where).toMatchObject({ status: 'COMPLETED', match_id: matchId });
      const recordedNotDecided = `4: match ${lost.matchId} was recorded, not decided`;
      const broken = await brokenInvariants(fleet);
      expect(broken.filter((it) => !it.includes('-lost was recorded, not decided'))).toEqual([]);
      expect(broken).toContain(recordedNotDecided);
      return place;
    });

    expect(calls.join(' ')).toBe(
      'pool.decided tickets.claim ladders.read players.find pool.decided matches.giveUpLost tickets.takeOver matches.create pool.settle',
    );
  });

  test.each(['in the outbox', 'stored'])('but not while that match is %s (invariant 2)', async (where) => {
    const matchId = await steps.decide(plain);
    const [match] = await fleet.stores.pool.matches.decided([matchId]);
    if (!match) throw new Error('nothing was decided');
    const holder = await claimFor('holder', match);
    if (where === 'stored')
      await fleet.stores.matches.create([{ match: holder, status: 'COMPLETED' }], new Date());
    else await fleet.redis.hset(`${poolTag(fleet.domain)}:outbox`, 'holder', JSON.stringify(holder));

    await fleet.work('start-match', [{ matchId }]);
    await fleet.workOff();

    // Nobody starts the one that is made up in the outbox.
    const ann = where === 'stored' ? 'COMPLETED' : 'FAILED';
    expect((await statuses('ann', 'bob')).sort()).toEqual([ann, 'SEARCHING']);
    expect(await recordOf(match.tickets[0]?.ticketId ?? '')).toMatchObject({
      match_id: 'holder',
      status: 'COMPLETED',
    });
  });
});
