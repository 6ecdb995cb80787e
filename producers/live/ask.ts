import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { poolTag, replyKey } from '../../jobs/keys.ts';
import {
  type Answer,
  mostQuestions,
  type Question,
  questionSeconds,
} from '../../jobs/matchmaking/question.ts';
import { openScript } from '../connection/script.ts';
import type { ProducerQueues } from '../queue/queues.ts';
import { addWakeUp } from '../queue/wake.ts';
import { openTelling, whyStands } from '../queue/why-waits.ts';
import { RequestError } from '../request-error.ts';

/**
 * How long (ms) an answer is waited for. A worker that has to read a pool of 100,000 first takes a few
 * seconds.
 */
const patienceMs = 15_000;
const pollMs = 25;

export type Ask = (pool: string, ticketId: string, signal: AbortSignal | undefined) => Promise<Answer>;

/**
 * Asks a pool about one of its tickets: leaves the question, wakes the pool, and waits for its cycle's
 * answer.
 */
export function openAsk(redis: Redis, domain: string, queues: ProducerQueues): Ask {
  const leaveQuestion = openScript<[number]>(redis, poolTag(domain), 'ask');

  return async (pool, ticketId, signal) => {
    const replyId = `explain-${randomUUID()}`;
    const question: Question = { ticketId, replyId };
    const [waiting] = await leaveQuestion(pool, JSON.stringify(question), mostQuestions, questionSeconds);
    if (waiting >= mostQuestions)
      throw new RequestError(
        'unavailable',
        `${mostQuestions} questions about pool ${pool} wait already; ask again in a few seconds`,
        { outcome: 'not-done', overloaded: true },
      );
    await addWakeUp(queues, pool);
    const key = replyKey(domain, 'matchmaking', replyId);
    const why = () => whyStands(queues.queues.matchmaking);
    const telling = openTelling(why, queues.onWait);
    for (const until = Date.now() + patienceMs; Date.now() < until; await pause(pollMs)) {
      signal?.throwIfAborted();
      const text = await redis.getdel(key);
      if (text) return (JSON.parse(text) as { result: Answer }).result;
      await telling.look();
    }
    throw new RequestError(
      'unavailable',
      `pool ${pool} did not answer within ${patienceMs / 1_000} s: ${(await why()) ?? 'its workers are busy, or hang'}`,
      { outcome: 'not-done' },
    );
  };
}
