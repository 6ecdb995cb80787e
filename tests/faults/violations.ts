import { setTimeout as pause } from 'node:timers/promises';
import type { Job } from 'bullmq';
import { readSnapshot, type StoresOfDomain } from '../../infra/local/invariants/read-snapshot.ts';
import { queueNames } from '../../jobs/contract.ts';
import { judge, toLine, type Violation } from '../../jobs/invariants/judge.ts';
import type { Snapshot } from '../../jobs/invariants/snapshot.ts';
import { domainKeys } from '../../jobs/keys.ts';
import type { FleetClient } from '../../producers/client.ts';
import { queuesOf } from '../support/client-inside.ts';
import { diaryOf, type PromiseLog } from './promises.ts';

/** Most tickets and calls that are told of one by one. */
const mostTold = 5;

/**
 * Who goes home after the last fault, by name, each until they are there; and which tickets the crowd waits
 * for.
 */
interface Homecoming {
  readonly home: Readonly<Record<string, Promise<unknown>>>;
  readonly waitedFor: () => readonly string[];
  readonly log: PromiseLog;
}

/** Waits until everybody is home and no work is left. Returns what is left after `patienceMs`. */
export async function awaitCalm(
  { home, waitedFor, log }: Homecoming,
  client: FleetClient,
  { redis, domain }: StoresOfDomain,
  patienceMs: number,
): Promise<string[]> {
  const away = new Set(Object.keys(home));
  const going = Promise.all(
    Object.entries(home).map(async ([name, comes]) => {
      await comes;
      away.delete(name);
    }),
  );
  const whoIsAway = async () => {
    const tickets = waitedFor();
    const some = await client.describeMatchmaking(tickets.slice(0, mostTold)).catch(() => []);
    const told = some.map((it) => `${it.ticketId} ${it.status} since ${it.startTime}`).join(', ');
    const calls = log.calls.slice(-mostTold).map((it) => `${it.kind} ${it.told}`);
    return `${[...away].join(', ')} not home; tickets waited for: ${tickets.length} ${told}; latest calls: ${calls.join(', ')}`;
  };
  const open = async () => {
    const jobs = await Promise.all(
      queueNames.map(async (name) => {
        const left = await queuesOf(client)[name].getJobs(['waiting', 'prioritized', 'active', 'delayed']);
        return left.flatMap((job) => (job && !job.repeatJobKey ? [job] : []));
      }),
    );
    const keys = domainKeys(domain);
    const outbox = await redis.hkeys(keys.outbox());
    const ladders = await redis.zrange(keys.ladders(), '0', '-1');
    const arrivals = await Promise.all(
      ladders.map(async (ladder) => ({ ladder, count: await redis.xlen(keys.arrivals(ladder)) })),
    );
    return [
      ...(away.size === 0 ? [] : [await whoIsAway()]),
      ...(await Promise.all(jobs.flat().map(tell))),
      ...outbox.map((it) => `match ${it} in the outbox`),
      ...arrivals.flatMap(({ ladder, count }) =>
        count > 0 ? [`${count} results and commands waiting on ladder ${ladder}`] : [],
      ),
    ];
  };
  for (const until = Date.now() + patienceMs; ; await Promise.race([pause(250), going])) {
    const left = await open();
    if (left.length === 0) return [];
    if (Date.now() > until)
      return left.map((it) => `1: ${patienceMs / 1_000} s after the last fault there is ${it}`);
  }
}

/** A job that is left: how it stands, how often it was started and failed, and what about. */
async function tell(job: Job): Promise<string> {
  const { name, id, attemptsStarted, attemptsMade, delay, failedReason, data } = job;
  return (
    `job ${name} ${id}, ${await job.getState()}, started ${attemptsStarted} and failed ${attemptsMade} times, ` +
    `put off by ${delay} ms, ${failedReason ?? 'no error'}: ${JSON.stringify(data).slice(0, 400)}`
  );
}

/** How long (ms) between two looks: what only one of them sees was on its way. */
const lookAgainMs = 1_000;

/**
 * Every invariant that the stores and the callers' own log show to be broken, a line each, with the history
 * of whom it is about.
 */
export async function findViolations(log: PromiseLog, stores: StoresOfDomain): Promise<string[]> {
  const seen = new Set(judge(await look(log, stores), diaryOf(log)).map(toLine));
  await pause(lookAgainMs);
  const held = await look(log, stores);
  return judge(held, diaryOf(log))
    .filter((it) => seen.has(toLine(it)))
    .map((it) => `${toLine(it)} (${it.check})${historyOf(it, log, held)}`);
}

/**
 * What the stores hold, with the events as the client heard them: it heard all, the stream keeps the latest.
 */
async function look({ events }: PromiseLog, stores: StoresOfDomain): Promise<Snapshot> {
  const held = await readSnapshot(stores);
  return { ...held, events: [...events], eventsComplete: true };
}

const ids = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

/**
 * What was asked and heard of the tickets, matches and players a violation names, and how their tickets
 * stand.
 */
function historyOf({ story }: Violation, { calls, events }: PromiseLog, { tickets }: Snapshot): string {
  const named = [...new Set(story.match(ids) ?? [])];
  const about = <T>(list: readonly T[]) =>
    list.map((it) => JSON.stringify(it)).filter((it) => named.some((id) => it?.includes(id)));
  const lines = [
    ...about(calls).map((it) => `    asked ${it.slice(0, 600)}`),
    ...about(events).map((it) => `    heard ${it.slice(0, 600)}`),
    ...about(tickets).map((it) => `    now ${it}`),
  ];
  return lines.length === 0 ? '' : `\n${lines.join('\n')}`;
}
