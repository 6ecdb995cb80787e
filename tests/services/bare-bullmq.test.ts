import { type Job, Queue, QueueEvents } from 'bullmq';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { readStoredTicket } from '../../jobs/ticket/stored-ticket.ts';
import { duelRuleSet } from '../support/builders.ts';
import { redisUrl } from '../support/client-domain.ts';
import { type Fleet, openFleet } from '../support/fleet.ts';

/**
 * What an upstream service has that knows BullMQ and nothing of ours, in whatever language: the queue's name
 * and prefix, and envelopes that it writes out itself.
 */
const opened = new AsyncDisposableStack();
let fleet: Fleet;
let queue: Queue;
let events: QueueEvents;
beforeAll(async () => {
  fleet = opened.use(await openFleet());
  await fleet.startWorker();
  await fleet.install('duel', duelRuleSet, 600);
  const asked = { name: 'asked', ruleSetName: 'duel', requestTimeoutSeconds: 600 };
  await fleet.client.putConfiguration({ ...asked, acceptanceRequired: true, acceptanceTimeoutSeconds: 300 });
  const { hostname: host, port } = new URL(redisUrl());
  const bare = { connection: { host, port: Number(port) }, prefix: `{${fleet.domain}.matchmaking}` };
  queue = opened.adopt(new Queue('matchmaking', bare), (it) => it.close());
  events = opened.adopt(new QueueEvents('matchmaking', bare), (it) => it.close());
  await events.waitUntilReady();
});
afterAll(() => opened.disposeAsync());

const add = (kind: string, items: unknown[], jobId = unique('job')): Promise<Job> =>
  queue.add(
    kind,
    { kind, items, actor: { kind: 'service', name: 'lobby' }, sentAt: 1_790_000_000_000 },
    { jobId },
  );
const ended = (job: Job) => job.waitUntilFinished(events, 20_000);
/** The same job once more, as if the first had never been heard of. */
const addAgain = async (job: Job) => {
  await job.remove();
  return add(job.name, job.data.items, job.id);
};

let count = 0;
/** A name that no other test has, nor this one when it is tried again. */
const unique = (name: string) => `${name}-${++count}`;
/** A ticket of one player who is far from everybody else's skill, unless one is given. */
const ticket = (name: string, configuration = 'duel', skill = 1_000 * ++count) => ({
  configuration,
  ticketId: name,
  players: [{ playerId: `player-of-${name}`, attributes: { skill: { N: skill } } }],
});
/** As tickets are called that got no id. */
const madeId = expect.stringMatching(/^job-[0-9a-f]{32}$/);
const timestamp = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);

test('start-matchmaking answers per item with a ticket that searches; one without an id is named after its job', async () => {
  const { ticketId: _, ...unnamed } = ticket('unnamed');
  const named = ticket(unique('named'));

  const job = await add('start-matchmaking', [named, unnamed]);

  const result = await ended(job);
  expect(result).toEqual([
    { ticketId: named.ticketId, status: 'SEARCHING', startTime: timestamp },
    { ticketId: madeId, status: 'SEARCHING', startTime: timestamp },
  ]);
  expect((await queue.getJob(job.id ?? ''))?.returnvalue).toEqual(result);
  for (const { ticketId, startTime } of result)
    expect(await fleet.ticket(ticketId)).toMatchObject({ status: 'SEARCHING', startTime });
});

test('results stand at the place of their item, also behind one that is no item at all', async () => {
  const fit = ticket(unique('fit'));
  const { ticketId: _, ...unnamed } = ticket('unnamed');
  const alone = await add('start-matchmaking', [{ nonsense: 1 }, { nonsense: 2 }, unnamed]);

  const job = await add('start-matchmaking', [{ nonsense: 1 }, fit, unnamed]);

  const result = await ended(job);
  expect(result).toMatchObject([null, { ticketId: fit.ticketId }, { ticketId: madeId }]);
  const [, , named] = (await ended(alone)) as { ticketId: string }[];
  expect(named?.ticketId).toMatch(/^job-/);
  expect(named?.ticketId).not.toBe(result[2].ticketId);
});

test('a ticket named after its job can be stopped, whatever the job is called', async () => {
  const { ticketId: _, ...unnamed } = ticket('unnamed');
  const job = await add('start-matchmaking', [unnamed], unique('order 17 / ü'));

  const [{ ticketId }] = await ended(job);

  await fleet.client.stopMatchmaking(ticketId);
});

test('a ticket that a job starts belongs to the trace of that job', async () => {
  const root = '1-5759e988-bd862e3fe1be46a994272793';
  const item = ticket(unique('traced'));
  const actor = { kind: 'service', name: 'lobby' };
  const trace = `Root=${root};Parent=53995c3f42cd8ad8;Sampled=1`;
  const kind = 'start-matchmaking';
  await ended(await queue.add(kind, { kind, items: [item], actor, sentAt: 0, trace }));

  expect(readStoredTicket(await fleet.redis.get(fleet.key(`ticket:${item.ticketId}`)))?.trace).toContain(
    root,
  );
});

test('start-matchmaking of what no match can hold is refused by its field, and its neighbours search', async () => {
  const fit = ticket(unique('fit'));
  const unfit = { ...ticket('unfit'), players: [{ playerId: 'p', attributes: { skill: { S: 'ten' } } }] };

  const job = await add('start-matchmaking', [fit, unfit]);

  const { ticketId } = fit;
  expect(await ended(job)).toEqual([{ ticketId, status: 'SEARCHING', startTime: timestamp }, null]);
  const kept = await vi.waitFor(async () => {
    const found = await queue.getJob(`${job.id}-item-1`);
    expect(found?.finishedOn).toBeTruthy();
    return found;
  }, 10_000);
  expect(kept?.failedReason).toContain('players[0].attributes.skill');
  expect(await fleet.ticket('unfit')).toBeUndefined();
});

test('start-matchmaking that is refused alone fails with the reason', async () => {
  const job = await add('start-matchmaking', [ticket('lost', 'chess')]);

  await expect(ended(job)).rejects.toThrow('configuration: chess does not exist');
});

test('accept-match answers per item with what became of the answer, and the match is played', async () => {
  const pair = [unique('ann'), unique('bob')];
  const [ann = '', bob = ''] = pair;
  await ended(
    await add(
      'start-matchmaking',
      pair.map((name) => ticket(name, 'asked', 7)),
    ),
  );
  const matchId = await vi.waitFor(async () => {
    const asked = await fleet.ticket(ann);
    expect(asked?.status).toBe('REQUIRES_ACCEPTANCE');
    return asked?.matchId;
  }, 20_000);
  const answers = pair.map((ticketId) => ({
    ...{ ticketId, matchId, acceptance: 'ACCEPT' },
    playerIds: [`player-of-${ticketId}`],
  }));

  const job = await add('accept-match', answers);

  expect(await ended(job)).toEqual([
    { ticketId: ann, outcome: 'recorded' },
    { ticketId: bob, outcome: 'decided' },
  ]);
  expect(await fleet.matched(ann)).toBe(matchId);
  // Repeated, the answers still count.
  expect(await ended(await addAgain(job))).toEqual([
    { ticketId: ann, outcome: 'recorded' },
    { ticketId: bob, outcome: 'recorded' },
  ]);
});

test('stop-matchmaking answers per item with the status that the ticket has now', async () => {
  const tickets = [ticket(unique('stopped')), ticket(unique('other'))];
  await ended(await add('start-matchmaking', tickets));

  const job = await add(
    'stop-matchmaking',
    tickets.map(({ ticketId }) => ({ ticketId })),
  );

  const result = tickets.map(({ ticketId }) => ({ ticketId, status: 'CANCELLED' }));
  expect(await ended(job)).toEqual(result);
  for (const { ticketId } of tickets)
    expect(await fleet.ticket(ticketId)).toMatchObject({ status: 'CANCELLED' });
  expect(await ended(await addAgain(job))).toEqual(result);
  await expect(ended(await add('stop-matchmaking', [{ ticketId: 'ghost' }]))).rejects.toThrow(
    'ticketId: there is no ticket ghost',
  );
});

/** Players who play a match together, and how it lists them. */
async function play(...names: string[]) {
  await ended(
    await add(
      'start-matchmaking',
      names.map((name) => ticket(name, 'duel', 1)),
    ),
  );
  const matchId = await fleet.matched(names[0] ?? '');
  const players = names.map((name, index) => ({
    ...{ playerId: `player-of-${name}`, attributes: {}, team: `side_${index + 1}` },
  }));
  return { matchId, players };
}

test('start-backfill answers per item with a ticket that searches; for a match that is not live it is refused by name', async () => {
  const { matchId, players } = await play(unique('ann'), unique('bob'));
  const asked = { configuration: 'duel', matchId, players };

  const job = await add('start-backfill', [{ ...asked, ticketId: unique('company') }, asked]);

  const result = await ended(job);
  expect(result).toEqual([
    { ticketId: expect.stringMatching(/^company-/), status: 'SEARCHING', startTime: timestamp },
    { ticketId: madeId, status: 'SEARCHING', startTime: timestamp },
  ]);
  expect(await fleet.ticket(result[0].ticketId)).toMatchObject({ status: 'CANCELLED' });
  expect(await fleet.ticket(result[1].ticketId)).toMatchObject({ status: 'SEARCHING' });
  // Repeated, it gets its first answer.
  expect(await ended(await addAgain(job))).toEqual(result);
  await expect(ended(await add('start-backfill', [{ ...asked, matchId: 'ghost' }]))).rejects.toThrow(
    'matchId: no match ghost is live',
  );
});

test('a start job that is repeated under its id gets its first answer, whatever became of the tickets (invariants 9, 11)', async () => {
  const { ticketId: _, ...unnamed } = ticket('unnamed');
  const named = ticket(unique('again'));
  const job = await add('start-matchmaking', [named, unnamed]);
  const first = await ended(job);
  await fleet.client.stopMatchmaking(named.ticketId);

  expect(await ended(await addAgain(job))).toEqual(first);

  expect(await fleet.ticket(named.ticketId)).toMatchObject({ status: 'CANCELLED' });
  expect(await fleet.lifecycle(named.ticketId)).toEqual(['MatchmakingSearching', 'MatchmakingCancelled']);
  expect(await fleet.lifecycle(first[1].ticketId)).toEqual(['MatchmakingSearching']);
});

test('jobs that were added without options do not pile up in the store once they are done', async () => {
  const stopped = ticket(unique('stopped'));
  await ended(await add('start-matchmaking', [stopped]));
  const jobs = Array.from({ length: 150 }, () => add('stop-matchmaking', [{ ticketId: stopped.ticketId }]));

  await Promise.all((await Promise.all(jobs)).map(ended));

  expect(await queue.getCompletedCount()).toBeLessThanOrEqual(100);
});
