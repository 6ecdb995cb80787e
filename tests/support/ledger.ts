import { expect, vi } from 'vitest';
import type { Diary } from '../../infra/local/demo/diary.ts';
import { judgeDemo } from '../../infra/local/demo/verdict.ts';
import { queueNames } from '../../jobs/contract.ts';
import type { Fleet } from './fleet.ts';

/**
 * Waits until what the players were promised stands in the stores and no job is left: the demo's verdict
 * finds no problem.
 */
export const allIsWell = (fleet: Fleet, diary: Diary): Promise<void> =>
  vi.waitFor(
    async () => {
      expect((await judgeDemo(fleet, diary)).problems).toEqual([]);
      expect(await failures(fleet)).toEqual([]);
      for (const name of queueNames)
        expect(await fleet.queues[name].getJobCounts('waiting', 'prioritized', 'active')).toEqual({
          waiting: 0,
          prioritized: 0,
          active: 0,
        });
      expect(await fleet.redis.hlen(fleet.key('outbox'))).toBe(0);
    },
    { timeout: 40_000, interval: 250 },
  );

/** Why jobs failed, but for the one failure that is an answer: a stop that came after its ticket's match. */
async function failures({ queues }: Fleet): Promise<string[]> {
  const failed = await Promise.all(queueNames.map((name) => queues[name].getFailed()));
  return failed
    .flat()
    .map((job) => `${job.name}: ${job.failedReason}`)
    .filter((failure) => !/^stop-matchmaking: .* too late to stop it/.test(failure));
}
