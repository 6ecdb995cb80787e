import { afterAll, beforeAll, expect, test } from 'vitest';
import { catalogue } from '../../jobs/catalogue.ts';
import { aConfiguration, aTicket } from '../support/builders.ts';
import { type HandFleet, openCrew, openHandFleet } from '../support/hand-fleet.ts';
import { brokenInvariants } from '../support/invariants.ts';
import { deathOf, everyDeath, mortal } from '../support/mortal.ts';

let fleet: HandFleet;
beforeAll(async () => {
  fleet = await openHandFleet();
  const plain = aConfiguration();
  const { configuration } = plain;
  await fleet.stores.pool.install(plain);
  await fleet.stores.pool.install({
    ...plain,
    configuration: { ...configuration, name: 'asked', acceptanceRequired: true, acceptanceTimeoutSeconds: 600 },
  });
});
afterAll(() => fleet[Symbol.asyncDispose]());

/** Ids that only this case has. */
type Own = (name: string) => string;
type Worker = ReturnType<typeof openCrew>;

interface Row {
  /** What the worker is at when it dies; a job's kind, and the situation. */
  readonly job: string;
  /** Every store call, script call and enqueue on its way: the points it dies at, before and after each. */
  readonly calls: string;
  readonly begin: (own: Own) => Promise<unknown>;
  readonly work: (own: Own, worker: Worker) => Promise<unknown>;
  /** What others do before all comes to its end. */
  readonly meanwhile?: (own: Own) => Promise<unknown>;
  /** The job is not delivered again: beat and sweep must see to the rest. */
  readonly lost?: true;
  /** How the tickets end. */
  readonly end: Readonly<Record<string, string>>;
}

const matched = { ann: 'COMPLETED', bob: 'COMPLETED' };

const ids = (own: Own, names: readonly string[]) => names.map((name) => ({ ticketId: own(name) }));
const reserve = (own: Own, names: readonly string[], configuration = 'duel') =>
  fleet.producerTickets.reserve(
    own('job'),
    names.map((name) => ({ ...aTicket(own(name)), configuration })),
  );
/** Lets tickets in as a worker does, but wakes nobody. */
const enter = async (own: Own, names: readonly string[], configuration = 'duel', timeoutMs = 3_600_000) => {
  await reserve(own, names, configuration);
  await fleet.stores.pool.enter(
    names.map((name) => {
      const { ticketId, players } = aTicket(own(name));
      return { ticketId, players, pool: configuration, timeoutMs };
    }),
  );
};
const cycle = (worker: Worker, pool = 'duel') => worker.work('form-matches', [{ pool }]);
/** Ann and Bob are asked about a match; returns its id. */
const propose = async (own: Own) => {
  await enter(own, ['ann', 'bob'], 'asked');
  await cycle(fleet, 'asked');
};
const matchIdOf = async (own: Own) => {
  const [ticket] = await fleet.producerTickets.describe([own('ann')]);
  return ticket?.matchId ?? '';
};
const answer = async (own: Own, name: string, acceptance: 'ACCEPT' | 'REJECT', worker: Worker = fleet) =>
  worker.work('accept-match', [
    { ticketId: own(name), matchId: await matchIdOf(own), playerIds: [own(name)], acceptance },
  ]);
/** A match of Ann and Bob is decided, and its start job is in the queue or, `gone`, lost. */
const decide = async (own: Own, gone = false) => {
  await enter(own, ['ann', 'bob']);
  await cycle(fleet);
  if (gone) await fleet.kit.queues.queues['session-creation'].obliterate({ force: true });
};

const table: readonly Row[] = [
  {
    job: 'start-matchmaking',
    calls: 'pool.reservations pool.installed pool.waitEstimate pool.enter queues.enqueue',
    begin: (own) => reserve(own, ['ann', 'bob']),
    work: (own, worker) => worker.work('start-matchmaking', ids(own, ['ann', 'bob'])),
    end: matched,
  },
  {
    job: 'start-matchmaking of a ticket that cannot enter',
    calls: 'pool.reservations pool.installed pool.refuse',
    begin: (own) =>
      fleet.producerTickets.reserve(own('job'), [
        { ...aTicket(own('ann')), players: [{ playerId: own('ann'), attributes: { skill: { S: 'none' } } }] },
      ]),
    work: (own, worker) => worker.work('start-matchmaking', ids(own, ['ann'])),
    end: { ann: 'FAILED' },
  },
  {
    job: 'start-matchmaking of a newer ticket of a player being asked about a match',
    calls: 'pool.reservations pool.installed pool.waitEstimate pool.enter queues.enqueue',
    begin: async (own) => {
      await propose(own);
      await fleet.producerTickets.reserve(own('job'), [aTicket(own('newer'), [own('ann')])]);
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
      'pool.readPool pool.catchUp pool.installed pool.expire pool.commit queues.enqueue pool.catchUp pool.rest',
    begin: async (own) => {
      await enter(own, ['late'], 'duel', -1);
      await enter(own, ['ann', 'bob']);
    },
    work: (_own, worker) => cycle(worker),
    lost: true,
    end: { ...matched, late: 'TIMED_OUT' },
  },
  {
    job: 'form-matches that asks players',
    calls: 'pool.readPool pool.catchUp pool.installed pool.commit pool.catchUp pool.rest',
    begin: (own) => enter(own, ['ann', 'bob'], 'asked'),
    work: (_own, worker) => cycle(worker, 'asked'),
    lost: true,
    meanwhile: async (own) => {
      await answer(own, 'ann', 'ACCEPT');
      await answer(own, 'bob', 'ACCEPT');
    },
    end: matched,
  },
  {
    job: 'accept-match, the last acceptance',
    calls: 'pool.accept queues.enqueue',
    begin: async (own) => {
      await propose(own);
      await answer(own, 'ann', 'ACCEPT');
    },
    work: (own, worker) => answer(own, 'bob', 'ACCEPT', worker),
    end: matched,
  },
  {
    job: 'accept-match, a rejection',
    calls: 'pool.accept queues.enqueue',
    begin: async (own) => {
      await propose(own);
      await answer(own, 'ann', 'ACCEPT');
    },
    work: (own, worker) => answer(own, 'bob', 'REJECT', worker),
    meanwhile: (own) => fleet.stores.pool.stop(own('ann')),
    end: { ann: 'CANCELLED', bob: 'CANCELLED' },
  },
  {
    job: 'stop-matchmaking of a ticket being asked about a match',
    calls: 'pool.stop',
    begin: propose,
    work: (own, worker) => worker.work('stop-matchmaking', ids(own, ['ann'])),
    meanwhile: (own) => fleet.stores.pool.stop(own('bob')),
    end: { ann: 'CANCELLED', bob: 'CANCELLED' },
  },
  {
    job: 'start-match',
    calls:
      'pool.decided tickets.claim ladders.read players.find tickets.fail sessions.board cache.putSessions matches.create pool.settle',
    begin: (own) => decide(own),
    work: async (own, worker) => worker.work('start-match', [{ matchId: await matchIdOf(own) }]),
    end: matched,
  },
  {
    job: 'beat that hands over again a match whose job is gone',
    calls: 'pool.beat queues.getJob queues.enqueue',
    begin: async (own) => {
      await decide(own, true);
      await fleet.advance(11_000);
    },
    work: (_own, worker) => worker.beat(),
    lost: true,
    end: matched,
  },
  {
    job: 'beat that ends the time to answer',
    calls: 'pool.beat queues.enqueue',
    begin: async (own) => {
      await propose(own);
      await answer(own, 'ann', 'ACCEPT');
      await fleet.advance(601_000);
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
    },
    work: (_own, worker) => worker.work('sweep', [{}]),
    lost: true,
    end: { ann: 'FAILED', bob: 'FAILED' },
  },
];

let cases = 0;

test.each(table)('$job: whatever call its worker dies at, every invariant holds in the end (invariants 1 to 8)', {
  timeout: 300_000,
}, async ({ calls, begin, work, meanwhile, lost, end }) => {
  const died = await everyDeath(async (death) => {
    const name = `case-${++cases}`;
    const own = (what: string) => `${name}-${what}`;
    await begin(own);
    const worker = openCrew(mortal(fleet.kit, death));
    const place = await deathOf(work(own, worker), death);
    if (place && !lost) await work(own, fleet);
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

  expect(died.join(' ')).toBe(calls);
});

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
    'read-session': 'reads',
    'read-record': 'reads',
    'report-queue-length': 'reads',
    'put-ladder': 'one write',
    'put-rule-set': 'its caller asks again',
    'put-configuration': 'its caller asks again',
    'pause-configuration': 'one write',
  };
  const here = table.map((row) => row.job.split(/[ ,]/)[0] ?? '');

  expect(catalogue.map((job) => job.kind).filter((kind) => !elsewhere[kind] && !here.includes(kind))).toEqual([]);
});
