import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { catalogue } from '../../jobs/catalogue.ts';
import { aConfiguration, aTicket } from '../support/builders.ts';
import { type HandFleet, openCrew, openHandFleet } from '../support/hand-fleet.ts';
import { brokenInvariants } from '../support/invariants.ts';
import { deathOf, everyDeath, mortal } from '../support/mortal.ts';

let fleet: HandFleet;
beforeEach(async () => {
  fleet = await openHandFleet();
  onTestFinished(() => fleet[Symbol.asyncDispose]());
  const plain = aConfiguration();
  const { configuration } = plain;
  await fleet.stores.pool.install(plain);
  await fleet.stores.pool.install({
    ...plain,
    configuration: {
      ...configuration,
      name: 'asked',
      acceptanceRequired: true,
      acceptanceTimeoutSeconds: 600,
    },
  });
});

/** Ids that only this case has. */
type Own = (name: string) => string;
type Worker = ReturnType<typeof openCrew>;

interface Row {
  /** What the worker is at when it dies; a job's kind, and the situation. */
  readonly job: string;
  /** Every store call, script call and enqueue on its way: the points it dies at, before and after each. */
  readonly calls: string;
  /** Returns the match that the rest is about, if there is one by then. */
  readonly begin: (own: Own) => Promise<string | undefined>;
  readonly work: (own: Own, worker: Worker, matchId: string) => Promise<unknown>;
  /** What others do before all comes to its end. */
  readonly meanwhile?: (own: Own) => Promise<unknown>;
  /** The job is not delivered again: beat and sweep must see to the rest. */
  readonly lost?: true;
  /** How the tickets end. */
  readonly end: Readonly<Record<string, string>>;
}

const matched = { ann: 'COMPLETED', bob: 'COMPLETED' };

const ids = (own: Own, names: readonly string[]) => names.map((name) => ({ ticketId: own(name) }));
const reserve = async (own: Own, names: readonly string[], configuration = 'duel') => {
  const tickets = names.map((name) => ({ ...aTicket(own(name)), configuration }));
  await fleet.producerTickets.reserve(own('job'), tickets);
  return undefined;
};
/** Lets tickets in as a worker does, but wakes nobody. */
const enter = async (own: Own, names: readonly string[], configuration = 'duel', timeoutMs = 3_600_000) => {
  await reserve(own, names, configuration);
  await fleet.stores.pool.enter(
    names.map((name) => {
      const { ticketId, players } = aTicket(own(name));
      return { ticketId, players, pool: configuration, timeoutMs };
    }),
  );
  return undefined;
};
const cycle = (worker: Worker, pool = 'duel') => worker.work('form-matches', [{ pool }]);
const matchIdOf = async (own: Own) => {
  const [ticket] = await fleet.producerTickets.describe([own('ann')]);
  return ticket?.matchId ?? '';
};
/** Ann and Bob are asked about a match, and Ann accepts it if she is to. */
const propose = async (own: Own, annAccepts = true) => {
  await enter(own, ['ann', 'bob'], 'asked');
  await cycle(fleet, 'asked');
  const matchId = await matchIdOf(own);
  if (annAccepts) await answer(own, 'ann', 'ACCEPT', fleet, matchId);
  return matchId;
};
const answer = (own: Own, name: string, acceptance: 'ACCEPT' | 'REJECT', worker: Worker, matchId: string) =>
  worker.work('accept-match', [{ ticketId: own(name), matchId, playerIds: [own(name)], acceptance }]);
/** A match of Ann and Bob is decided; its start job is in the queue. */
const decide = async (own: Own) => {
  await enter(own, ['ann', 'bob']);
  await cycle(fleet);
  return matchIdOf(own);
};

const table: readonly Row[] = [
  {
    job: 'start-matchmaking',
    calls: 'pool.reservations pool.installed pool.waitEstimate pool.waitEstimate pool.enter queues.enqueue',
    begin: (own) => reserve(own, ['ann', 'bob']),
    work: (own, worker) => worker.work('start-matchmaking', ids(own, ['ann', 'bob'])),
    end: matched,
  },
  {
    job: 'start-matchmaking of a ticket that cannot enter',
    calls: 'pool.reservations pool.installed pool.refuse',
    begin: async (own) => {
      const players = [{ playerId: own('ann'), attributes: { skill: { S: 'none' } } }];
      await fleet.producerTickets.reserve(own('job'), [{ ...aTicket(own('ann')), players }]);
      return undefined;
    },
    work: (own, worker) => worker.work('start-matchmaking', ids(own, ['ann'])),
    end: { ann: 'FAILED' },
  },
  {
    job: 'start-matchmaking of a newer ticket of a player being asked about a match',
    calls: 'pool.reservations pool.installed pool.waitEstimate pool.enter queues.enqueue',
    begin: async (own) => {
      const matchId = await propose(own, false);
      await fleet.producerTickets.reserve(own('job'), [aTicket(own('newer'), [own('ann')])]);
      return matchId;
    },
    work: (own, worker) => worker.work('start-matchmaking', ids(own, ['newer'])),
    meanwhile: async (own) => {
      await fleet.stores.pool.stop(own('newer'));
      await fleet.stores.pool.stop(own('bob'));
    },
    end: { ann: 'CANCELLED', bob: 'CANCELLED', newer: 'CANCELLED' },
  },
  {
    job: 'form-matches, and one whose time is over',
    calls:
      'pool.readPool pool.catchUp pool.installed pool.expire pool.commit queues.enqueue pool.noteRules pool.catchUp pool.rest',
    begin: async (own) => {
      await enter(own, ['late'], 'duel', -1);
      return enter(own, ['ann', 'bob']);
    },
    work: (_own, worker) => cycle(worker),
    lost: true,
    end: { ...matched, late: 'TIMED_OUT' },
  },
  {
    job: 'form-matches that asks players',
    calls: 'pool.readPool pool.catchUp pool.installed pool.commit pool.noteRules pool.catchUp pool.rest',
    begin: (own) => enter(own, ['ann', 'bob'], 'asked'),
    work: (_own, worker) => cycle(worker, 'asked'),
    lost: true,
    meanwhile: async (own) => {
      const matchId = await matchIdOf(own);
      for (const name of ['ann', 'bob']) await answer(own, name, 'ACCEPT', fleet, matchId);
    },
    end: matched,
  },
  {
    job: 'accept-match, the last acceptance',
    calls: 'pool.accept queues.enqueue',
    begin: (own) => propose(own),
    work: (own, worker, matchId) => answer(own, 'bob', 'ACCEPT', worker, matchId),
    end: matched,
  },
  {
    job: 'accept-match, a rejection',
    calls: 'pool.accept queues.enqueue',
    begin: (own) => propose(own),
    work: (own, worker, matchId) => answer(own, 'bob', 'REJECT', worker, matchId),
    meanwhile: (own) => fleet.stores.pool.stop(own('ann')),
    end: { ann: 'CANCELLED', bob: 'CANCELLED' },
  },
  {
    job: 'stop-matchmaking of a ticket being asked about a match',
    calls: 'pool.stop',
    begin: (own) => propose(own),
    work: (own, worker) => worker.work('stop-matchmaking', ids(own, ['ann'])),
    meanwhile: (own) => fleet.stores.pool.stop(own('bob')),
    end: { ann: 'CANCELLED', bob: 'CANCELLED' },
  },
  {
    job: 'start-match',
    calls:
      'pool.decided tickets.claim ladders.read players.find tickets.fail sessions.board cache.putSessions matches.create pool.settle',
    begin: (own) => decide(own),
    work: (_own, worker, matchId) => worker.work('start-match', [{ matchId }]),
    end: matched,
  },
  {
    job: 'beat that hands over again a match whose job is gone',
    calls: 'pool.beat queues.getJob queues.enqueue',
    begin: async (own) => {
      const matchId = await decide(own);
      await fleet.kit.queues.queues['session-creation'].obliterate({ force: true });
      await fleet.advance(11_000);
      return matchId;
    },
    work: (_own, worker) => worker.beat(),
    lost: true,
    end: matched,
  },
  {
    job: 'beat that ends the time to answer',
    calls: 'pool.beat queues.enqueue',
    begin: async (own) => {
      const matchId = await propose(own);
      await fleet.advance(601_000);
      return matchId;
    },
    work: (_own, worker) => worker.beat(),
    lost: true,
    meanwhile: (own) => fleet.stores.pool.stop(own('ann')),
    end: { ann: 'CANCELLED', bob: 'CANCELLED' },
  },
  {
    job: 'sweep that asks again for tickets whose job is gone',
    calls: 'pool.overdueReservations queues.getJob queues.enqueue',
    begin: async (own) => {
      await reserve(own, ['ann', 'bob']);
      await fleet.advance(11_000);
      return undefined;
    },
    work: (_own, worker) => worker.work('sweep', [{}]),
    lost: true,
    end: matched,
  },
  {
    job: 'sweep that ends tickets whose job failed',
    calls: 'pool.overdueReservations queues.getJob job.getState pool.refuse',
    begin: async (own) => {
      await reserve(own, ['ann', 'bob']);
      const queue = fleet.kit.queues.queues.matchmaking;
      await queue.add('start-matchmaking', { kind: 'unheard-of', items: [1] }, { jobId: own('job') });
      await fleet.drain();
      await fleet.advance(11_000);
      return undefined;
    },
    work: (_own, worker) => worker.work('sweep', [{}]),
    lost: true,
    end: { ann: 'FAILED', bob: 'FAILED' },
  },
  {
    job: 'record-tickets',
    calls: 'pool.follow tickets.record pool.advance pool.release',
    begin: async (own) => {
      await enter(own, ['ann']);
      await fleet.stores.pool.stop(own('ann'));
      return undefined;
    },
    work: (_own, worker) => worker.work('record-tickets', [{}]),
    end: { ann: 'CANCELLED' },
  },
];

let cases = 0;

test.each(table)(
  '$job: whatever call its worker dies at, every invariant holds in the end (invariants 1 to 8)',
  {
    timeout: 300_000,
  },
  async ({ calls, begin, work, meanwhile, lost, end }) => {
    const died = await everyDeath(async (death) => {
      const name = `case-${++cases}`;
      const own = (what: string) => `${name}-${what}`;
      const matchId = (await begin(own)) ?? '';
      const worker = openCrew(mortal(fleet.kit, death));
      const place = await deathOf(work(own, worker, matchId), death);
      if (place && !lost) await work(own, fleet, matchId);
      await fleet.workOff();
      await meanwhile?.(own);
      await fleet.workOff();

      const where = `${name}: died ${death.when} ${place}`;
      const tickets = await fleet.producerTickets.describe(Object.keys(end).map(own));
      const ended = Object.fromEntries(tickets.map((it) => [it.ticketId.slice(name.length + 1), it.status]));
      expect(ended, where).toEqual(end);
      expect(await brokenInvariants(fleet, { tickets: Object.keys(end).map(own) }), where).toEqual([]);
      return place;
    });

    expect(died).toEqual(calls.split(' '));
  },
);

test('every kind of work has its row here, or where its own tests are', () => {
  /** Each with where its worker dies in a test, or why it need not. */
  const elsewhere: Readonly<Record<string, string>> = {
    'create-session': 'crash-points',
    'end-session': 'crash-points',
    'player-left': 'crash-points',
    'update-ratings': 'crash-points',
    'correct-result': 'crash-points',
    recompute: 'crash-points',
    'reset-season': 'crash-points',
    'resume-recomputes': 'crash-points',
    'expire-sessions': 'session-ends',
    'deliver-events': 'deliver-events',
    'trim-events': 'one script',
    'read-session': 'reads',
    'read-record': 'reads',
    'report-queue-length': 'reads',
    'put-ladder': 'one write',
    'put-rule-set': 'its caller asks again',
    'put-configuration': 'its caller asks again',
    'pause-configuration': 'one write',
  };
  const here = table.map((row) => row.job.split(/[ ,]/)[0] ?? '');

  expect(catalogue.map((job) => job.kind).filter((kind) => !elsewhere[kind] && !here.includes(kind))).toEqual(
    [],
  );
});
