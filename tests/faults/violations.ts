import { setTimeout as pause } from 'node:timers/promises';
import type { Job } from 'bullmq';
import { catalogue } from '../../jobs/catalogue.ts';
import { queueNames } from '../../jobs/contract.ts';
import { poolTag } from '../../jobs/keys.ts';
import type { MatchmakingClient } from '../../producers/client.ts';
import { readHoldings, type StoresOfDomain } from '../support/holdings.ts';
import { judgeHoldings } from '../support/invariants.ts';
import type { Field } from './fault.ts';
import type { PromiseLog } from './promises.ts';

/** How long (ms) after the last fault nothing may be left to do: a stalled job takes 15 s, a match handed over again 10 s. */
const patienceMs = 90_000;

/** Waits until everybody is home and no work is left. Returns what is left when patience is over. */
export async function awaitCalm(
  home: Promise<unknown>,
  client: MatchmakingClient,
  { redis, domain }: StoresOfDomain,
): Promise<string[]> {
  let atHome = false;
  const going = home.then(() => {
    atHome = true;
  });
  const open = async () => {
    const jobs = await Promise.all(
      queueNames.map(async (name) => {
        const left = await client.queues[name].getJobs(['waiting', 'prioritized', 'active', 'delayed']);
        return left.flatMap((job) => (job && !job.repeatJobKey ? [job] : []));
      }),
    );
    const outbox = await redis.hkeys(`${poolTag(domain)}:outbox`);
    const reserved = await redis.zrange(`${poolTag(domain)}:reservations`, '0', '-1');
    return [
      ...(atHome ? [] : ['players who wait for the end of their tickets']),
      ...jobs.flat().map(tell),
      ...outbox.map((it) => `match ${it} in the outbox`),
      ...reserved.map((it) => `ticket ${it} reserved`),
    ];
  };
  for (const until = Date.now() + patienceMs; ; await Promise.race([pause(250), going])) {
    const left = await open();
    if (left.length === 0) return [];
    if (Date.now() > until)
      return left.map((it) => `1: ${patienceMs / 1_000} s after the last fault there is ${it}`);
  }
}

/** A job that is left: how often it was started and failed, and what about. */
const tell = ({ name, id, attemptsStarted, attemptsMade, delay, failedReason, data }: Job): string =>
  `job ${name} ${id}, started ${attemptsStarted} and failed ${attemptsMade} times, put off by ${delay} ms, ` +
  `${failedReason ?? 'no error'}: ${JSON.stringify(data).slice(0, 400)}`;

/** Every invariant the stores and the client's own log show to be broken, with the history of whom it is about. */
export async function findViolations(
  { client, log, hostile }: Field,
  stores: StoresOfDomain,
): Promise<string[]> {
  const held = await readHoldings(stores);
  // The client heard every event; the stream keeps the latest.
  const heard = {
    events: log.events.filter(Boolean),
    eventsComplete: !log.events.includes(undefined as never),
  };
  const broken = judgeHoldings({ ...held, ...heard }, { tickets: log.tickets, results: log.results });
  return [
    ...broken.map((it) => `${it}${historyOf(it, log, held.tickets)}`),
    ...(await lostSessions(log, stores)),
    ...(await strayFailures(client, hostile)),
    ...log.gaps.map((gap) => `8: events ${gap} were lost`),
  ];
}

async function lostSessions({ sessions }: PromiseLog, { db }: StoresOfDomain): Promise<string[]> {
  const stored = await db.collection<{ _id: string }>('sessions').find().project({ _id: 1 }).toArray();
  const ids = new Set(stored.map((it) => it['_id']));
  return [...sessions.keys()]
    .filter((id) => !ids.has(id))
    .map((id) => `session ${id} was promised and is not stored`);
}

/** Kinds that are tried once: their next turn is their retry. */
const triedOnce = new Set(catalogue.filter((job) => job.attempts === 1).map((job) => job.kind));

/** Jobs that failed and should not have, and hostile ones that did not fail. */
async function strayFailures({ queues }: MatchmakingClient, hostile: ReadonlySet<string>): Promise<string[]> {
  const failed = (await Promise.all(queueNames.map((name) => queues[name].getFailed(0, -1)))).flat();
  const ids = new Set(failed.map((job) => job.id));
  return [
    ...failed
      .filter((job) => !job.id?.startsWith('hostile-') && !triedOnce.has(job.name))
      .map((job) => `job ${job.name} ${job.id} failed: ${job.failedReason}`),
    ...[...hostile]
      .filter((id) => !ids.has(id))
      .map((id) => `job ${id} nobody could do was not kept as failed`),
  ];
}

const ids = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

/** What was heard of the tickets, matches and players a violation names, and how their tickets stand. */
function historyOf(
  violation: string,
  { events }: PromiseLog,
  tickets: readonly { ticketId: string }[],
): string {
  const named = new Set(violation.match(ids) ?? []);
  const about = events.filter((event) => [...named].some((id) => JSON.stringify(event.detail).includes(id)));
  const lines = [
    ...about.map(
      ({ time, detail: { type, ...rest } }) => `    ${time} ${type} ${JSON.stringify(rest).slice(0, 600)}`,
    ),
    ...tickets.filter((it) => named.has(it.ticketId)).map((it) => `    now ${JSON.stringify(it)}`),
  ];
  return lines.length === 0 ? '' : `\n${lines.join('\n')}`;
}
