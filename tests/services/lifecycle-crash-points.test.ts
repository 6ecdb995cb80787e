import { beforeEach, expect, test } from 'vitest';
import { defaultReadableMs } from '../../jobs/matchmaking/claim.ts';
import { aTicket } from '../support/builders.ts';
import { type CrashRow, dieEverywhere } from '../support/crash-table.ts';
import type { HandFleet } from '../support/hand-fleet.ts';
import { idsOf, type LifeSteps, type Own, openLife } from '../support/life-steps.ts';

let fleet: HandFleet;
let steps: LifeSteps;
beforeEach(async () => {
  ({ fleet, steps } = await openLife());
});

const requestOf = (own: Own, name: string, player = name) => ({
  configuration: 'duel',
  ticketId: own(name),
  players: aTicket(own(name), [own(player)]).players,
});
const requestsOf = (own: Own, names: readonly string[]) => names.map((name) => requestOf(own, name));

const matched = { ann: 'COMPLETED', bob: 'COMPLETED' };

const table: readonly CrashRow[] = [
  {
    job: 'start-matchmaking',
    calls:
      'compiled.current pool.waitEstimate pool.start queues.enqueue compiled.current pool.waitEstimate pool.start queues.enqueue',
    begin: async () => undefined,
    work: (own, worker) => worker.work('start-matchmaking', requestsOf(own, ['ann', 'bob'])),
    end: matched,
  },
  {
    job: 'start-matchmaking of a newer ticket of a player being asked about a match',
    calls: 'compiled.current pool.waitEstimate pool.start queues.enqueue queues.enqueue',
    begin: (own) => steps.propose(own, false),
    work: (own, worker) => worker.work('start-matchmaking', [requestOf(own, 'newer', 'ann')]),
    meanwhile: async (own) => {
      await fleet.stores.pool.tickets.stop(own('newer'));
      await fleet.stores.pool.tickets.stop(own('bob'));
    },
    end: { ann: 'CANCELLED', bob: 'CANCELLED', newer: 'CANCELLED' },
  },
  {
    job: 'form-matches that finds a ticket no match can hold',
    calls:
      'pool.readPool pool.catchUp compiled.current pool.refuse pool.rest pool.catchUp compiled.current pool.rest',
    begin: async (own) => {
      const players = [{ playerId: own('ann'), attributes: { skill: { S: 'none' } } }];
      await fleet.producerTickets.start([{ ...aTicket(own('ann')), players }]);
      return undefined;
    },
    work: (_own, worker) => steps.cycle(worker),
    lost: true,
    end: { ann: 'FAILED' },
  },
  {
    job: 'form-matches, and one whose time is over',
    calls:
      'pool.readPool pool.catchUp pool.expire compiled.current pool.commit queues.enqueue pool.noteRules pool.catchUp compiled.current pool.rest',
    begin: async (own) => {
      await steps.start(own, ['late'], 'duel', -1);
      return steps.start(own, ['ann', 'bob']);
    },
    work: (_own, worker) => steps.cycle(worker),
    lost: true,
    end: { ...matched, late: 'TIMED_OUT' },
  },
  {
    job: 'form-matches that asks players',
    calls:
      'pool.readPool pool.catchUp compiled.current pool.commit pool.noteRules pool.catchUp compiled.current pool.rest',
    begin: (own) => steps.start(own, ['ann', 'bob'], 'asked'),
    work: (_own, worker) => steps.cycle(worker, 'asked'),
    lost: true,
    meanwhile: async (own) => {
      const matchId = await steps.matchIdOf(own);
      for (const name of ['ann', 'bob']) await steps.answer(own, name, 'ACCEPT', fleet, matchId);
    },
    end: matched,
  },
  {
    job: 'accept-match, the last acceptance',
    calls: 'pool.accept queues.enqueue',
    begin: (own) => steps.propose(own),
    work: (own, worker, matchId) => steps.answer(own, 'bob', 'ACCEPT', worker, matchId),
    end: matched,
  },
  {
    job: 'form-matches that hands over a match that its players have accepted',
    calls: 'pool.readPool pool.catchUp pool.decided queues.enqueue compiled.current pool.rest',
    begin: async (own) => {
      const matchId = await steps.propose(own);
      await steps.answer(own, 'bob', 'ACCEPT', fleet, matchId);
      return matchId;
    },
    work: (_own, worker) => steps.cycle(worker, 'asked'),
    lost: true,
    end: matched,
  },
  {
    job: 'accept-match, a rejection',
    calls: 'pool.accept queues.enqueue',
    begin: (own) => steps.propose(own),
    work: (own, worker, matchId) => steps.answer(own, 'bob', 'REJECT', worker, matchId),
    meanwhile: (own) => fleet.stores.pool.tickets.stop(own('ann')),
    end: { ann: 'CANCELLED', bob: 'CANCELLED' },
  },
  {
    job: 'stop-matchmaking of a ticket being asked about a match',
    calls: 'pool.stop queues.enqueue',
    begin: (own) => steps.propose(own),
    work: (own, worker) => worker.work('stop-matchmaking', idsOf(own, ['ann'])),
    meanwhile: (own) => fleet.stores.pool.tickets.stop(own('bob')),
    end: { ann: 'CANCELLED', bob: 'CANCELLED' },
  },
  {
    job: 'start-match',
    calls: 'pool.decided tickets.claim ladders.read players.find matches.create pool.settle',
    begin: (own) => steps.decide(own),
    work: (_own, worker, matchId) => worker.work('start-match', [{ matchId }]),
    end: matched,
  },
  {
    job: 'start-match that gives a match up',
    calls: 'pool.decided matches.create tickets.fail matches.goOnAlone pool.settle',
    begin: (own) => steps.decide(own),
    work: (_own, worker, matchId) => worker.work('start-match', [{ matchId, givenUp: 'Given up.' }]),
    end: { ann: 'FAILED', bob: 'FAILED' },
  },
  {
    job: 'start-match that gives up a match which is stored',
    calls: 'pool.decided matches.create pool.settle',
    begin: async (own) => {
      const matchId = await steps.decide(own);
      const [match] = await fleet.stores.pool.matches.decided([matchId]);
      if (match) await fleet.stores.matches.create([{ match, status: 'COMPLETED' }], new Date());
      return matchId;
    },
    work: (_own, worker, matchId) => worker.work('start-match', [{ matchId, givenUp: 'Given up.' }]),
    end: matched,
  },
  {
    job: 'beat that hands over again a match whose job is gone',
    calls: 'pool.beat queues.getJob queues.enqueue pool.dueLadders',
    begin: async (own) => {
      const matchId = await steps.decide(own);
      await fleet.kit.queues.queues['session-creation'].obliterate({ force: true });
      await fleet.advance(11_000);
      return matchId;
    },
    work: (_own, worker) => worker.beat(),
    lost: true,
    end: matched,
  },
  {
    job: 'beat that clears a job which failed for good, and hands its match over again',
    calls: 'pool.beat queues.getJob job.getState job.remove queues.enqueue pool.dueLadders',
    begin: async (own) => {
      const matchId = await steps.decide(own);
      const queue = fleet.kit.queues.queues['session-creation'];
      const [{ id: jobId = '' } = {}] = await queue.getJobs(['waiting', 'prioritized']);
      await queue.obliterate({ force: true });
      await queue.add('start-match', { items: 'none' }, { jobId });
      await fleet.drain();
      await fleet.advance(11_000);
      return matchId;
    },
    work: (_own, worker) => worker.beat(),
    lost: true,
    end: matched,
  },
  {
    job: 'beat that ends the time to answer',
    calls: 'pool.beat pool.isFull queues.enqueue pool.dueLadders',
    begin: async (own) => {
      const matchId = await steps.propose(own);
      await fleet.advance(601_000);
      return matchId;
    },
    work: (_own, worker) => worker.beat(),
    lost: true,
    meanwhile: (own) => fleet.stores.pool.tickets.stop(own('ann')),
    end: { ann: 'CANCELLED', bob: 'CANCELLED' },
  },
  {
    job: 'start-backfill',
    calls: 'compiled.current pool.backfill queues.enqueue',
    begin: (own) => steps.play(own, 'manual'),
    work: async (own, worker, matchId) =>
      worker.work('start-backfill', [await steps.companyFor(own, matchId ?? '')]),
    meanwhile: (own) => steps.start(own, ['eve'], 'manual'),
    end: { ...matched, company: 'COMPLETED', eve: 'COMPLETED' },
  },
  {
    job: 'start-match of players who leave an earlier match',
    calls: 'pool.decided tickets.claim ladders.read players.find matches.create queues.enqueue pool.settle',
    begin: async (own) => {
      await steps.play(own, 'manual');
      await fleet.producerTickets.start([aTicket(own('newer'), [own('ann')]), aTicket(own('eve'))]);
      await steps.cycle(fleet);
      const [newer] = await fleet.producerTickets.describe([own('newer')]);
      return newer?.matchId;
    },
    work: (_own, worker, matchId) => worker.work('start-match', [{ matchId }]),
    end: { ...matched, newer: 'COMPLETED', eve: 'COMPLETED' },
  },
  {
    job: 'start-match that goes on from a running match',
    calls: 'pool.decided tickets.claim ladders.read players.find matches.succeed matches.create pool.settle',
    begin: async (own) => {
      await steps.askForCompany(own);
      await steps.start(own, ['eve'], 'manual');
      await steps.cycle(fleet, 'manual');
      const [company] = await fleet.producerTickets.describe([own('company')]);
      return company?.matchId;
    },
    work: (_own, worker, matchId) => worker.work('start-match', [{ matchId }]),
    end: { ...matched, company: 'COMPLETED', eve: 'COMPLETED' },
  },
  {
    job: 'start-match whose players get company by themselves',
    calls: 'pool.decided tickets.claim ladders.read players.find matches.create pool.settle',
    begin: (own) => steps.decide(own, 'automatic'),
    work: (_own, worker, matchId) => worker.work('start-match', [{ matchId }]),
    meanwhile: (own) => steps.start(own, ['eve'], 'automatic'),
    end: { ...matched, eve: 'COMPLETED' },
  },
  {
    job: 'record-tickets',
    calls: 'pool.follow tickets.record pool.advance pool.release',
    begin: async (own) => {
      await steps.start(own, ['ann']);
      await fleet.stores.pool.tickets.stop(own('ann'));
      return undefined;
    },
    work: (_own, worker) => worker.work('record-tickets', [{}]),
    end: { ann: 'CANCELLED' },
  },
  {
    job: 'forget-tickets',
    calls: 'pool.forgetTickets',
    begin: async (own) => {
      await steps.start(own, ['ann']);
      await fleet.stores.pool.tickets.stop(own('ann'));
      await fleet.work('record-tickets', [{}]);
      await fleet.advance(defaultReadableMs);
      return undefined;
    },
    work: (_own, worker) => worker.work('forget-tickets', [{}]),
    look: async (own) => [
      await fleet.producerTickets.describe([own('ann')]),
      await fleet.work('describe-tickets', [{ ticketIds: [own('ann')] }]),
    ],
    holds: [[], expect.objectContaining({ result: [expect.objectContaining({ status: 'CANCELLED' })] })],
  },
];

test.each(table)(
  '$job: whatever call its worker dies at, every invariant holds in the end (invariants 1 to 8)',
  { timeout: 300_000 },
  async (row) => {
    expect(await dieEverywhere(fleet, row)).toEqual(row.calls.split(' '));
  },
);
