import { setTimeout as pause } from 'node:timers/promises';
import type { Job as BullJob, Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Outcome, QueueName } from '../../jobs/contract.ts';
import { type Reply, replyKey } from '../../jobs/keys.ts';

/** How long (s) an answer waits for its caller. */
const replySeconds = 60;
/** How long (ms) a waiting caller has to take a refusal, and how often we look. Callers look every 25 ms. */
const takenWithinMs = 1_000;
const lookMs = 25;

export interface AnswerParts {
  readonly redis: Redis;
  readonly domain: string;
  readonly queue: Queue;
}

/**
 * Tells a caller that waits what became of its job. Resolves to the refusal if the caller has taken it, else
 * to undefined: a caller that gave up or died takes nothing.
 */
export async function answer(
  outcome: Outcome,
  job: BullJob,
  { redis, domain, queue }: AnswerParts,
): Promise<{ readonly refused: string } | undefined> {
  if (outcome.kind === 'later' || !job.data?.reply) return undefined;
  const refusal = outcome.kind === 'refused' ? { refused: outcome.reason.slice(0, 4_000) } : undefined;
  const reply: Reply = refusal ?? { result: outcome.kind === 'done' ? outcome.result : undefined };
  const key = replyKey(domain, queue.name as QueueName, job.id ?? '');
  await redis.set(key, JSON.stringify(reply), 'EX', replySeconds);
  if (!refusal) return undefined;
  for (const until = performance.now() + takenWithinMs; performance.now() < until; await pause(lookMs))
    if (!(await redis.exists(key))) return refusal;
  return undefined;
}
