import type { Redis } from 'ioredis';
import { domainKeys, type Reply, replyKey } from '../../jobs/keys.ts';
import type { Answer, Question } from '../../jobs/matchmaking/question.ts';

/** How long (s) an answer waits for who asked. */
const replySeconds = 60;

/** What producers ask about tickets of a pool; see `jobs/matchmaking/question.ts`. */
export function openQuestions(redis: Redis, domain: string) {
  const keys = domainKeys(domain);

  return {
    /** Takes the oldest questions about a pool. */
    async takeQuestions(pool: string, most: number): Promise<Question[]> {
      const taken = (await redis.lpop(keys.questions(pool), most)) ?? [];
      return taken.map((text) => JSON.parse(text) as Question);
    },

    async answer({ replyId }: Question, answer: Answer): Promise<void> {
      const reply: Reply = { result: answer };
      await redis.set(replyKey(domain, 'matchmaking', replyId), JSON.stringify(reply), 'EX', replySeconds);
    },
  };
}
