import type { Redis } from 'ioredis';
import { servedKey } from '../../jobs/keys.ts';
import { keyForm } from '../../jobs/maintenance/api-keys.ts';
import { applyWaiting } from '../maintenance/apply-commands.ts';
import { topicFollower } from '../pool/followers.ts';
import type { Queues } from '../runtime/enqueue.ts';
import { repeat } from '../runtime/repeat.ts';
import { scheduleUpkeep } from '../runtime/schedule.ts';
import { isOfTheStore } from '../runtime/store-trouble.ts';
import type { WorkerConfig } from './config.ts';
import type { Stores } from './stores.ts';

const againMs = 5_000;

/**
 * Lets a worker write what it writes when it starts. A queue Redis that is full refuses that, and the worker
 * starts all the same: it takes running workers to time tickets out, which is what frees a full store. The
 * writes are then tried again every 5 s until they are done. `onRefused` hears each refusal. Returns what
 * ends the attempts. Any other failure is thrown.
 */
export async function firstWrites(
  write: () => Promise<void>,
  onRefused: (error: Error) => void,
): Promise<() => Promise<void>> {
  let isDone = false;
  const attempt = async () => {
    if (isDone) return;
    await write();
    isDone = true;
  };
  try {
    await attempt();
  } catch (error) {
    if (!isOfTheStore(error)) throw error;
    onRefused(error as Error);
    return repeat(againMs, attempt, onRefused);
  }
  return async () => undefined;
}

/**
 * The queue Redis may be new and have no settings, and the fleet no key. The topic that hears the whole
 * fleet's events misses none from here on.
 */
export async function beginWith(
  { DOMAIN, QUEUES, EVENT_TOPIC_ARN: fleetTopic, OPERATOR_KEY: first, REPORT_SLOT_MS }: WorkerConfig,
  stores: Stores,
  queues: Queues,
  redis: Redis,
): Promise<void> {
  const [, name, secret] = keyForm.exec(first ?? '') ?? [];
  if (name && secret) await stores.operatorKeys.makeFirst(name, secret);
  if (fleetTopic !== undefined) await stores.pool.events.beginFollowing('events', topicFollower(fleetTopic));
  await applyWaiting(stores);
  if (QUEUES.includes('maintenance')) await scheduleUpkeep(queues, REPORT_SLOT_MS);
  // The sign by which the command line knows a domain that is served from one that nobody has ever served.
  await redis.set(servedKey(DOMAIN), Date.now());
}
