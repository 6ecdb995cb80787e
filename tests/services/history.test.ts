import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { activitySlotMs } from '../../jobs/configuration/activity.ts';
import { domainKeys } from '../../jobs/keys.ts';
import { keepActivityDuty, readActivityDuty } from '../../workers/maintenance/history.ts';
import { openFleetStores } from '../support/fleet-stores.ts';

let fleet: Awaited<ReturnType<typeof openFleetStores>>;
beforeEach(async () => {
  fleet = await openFleetStores();
  onTestFinished(() => fleet[Symbol.asyncDispose]());
});

/** Does one job as a worker would. */
async function work(kind: string, item: object): Promise<unknown> {
  const found = [keepActivityDuty, readActivityDuty]
    .map((open) => open(fleet.stores, {} as never))
    .find((it) => it.job.kind === kind);
  const outcome = await found?.handle([item], {} as never);
  return outcome?.kind === 'done' ? outcome.result : outcome;
}

test('what happened in five minutes is on record once, and is read by time', async () => {
  const keys = domainKeys(fleet.domain);
  const running = Math.floor(Date.now() / activitySlotMs);
  await fleet.redis.sadd(keys.configurations(), 'duel');
  for (const age of [0, 1, 3])
    await fleet.redis.hset(keys.activity('duel', String(running - age)), {
      ...{ started: 5 + age, matches: 1, TIMED_OUT: age, 'wait:40': 2 },
    });

  expect(await work('keep-activity', {})).toEqual({ kept: 2 });
  await fleet.redis.hset(keys.activity('duel', String(running - 3)), { started: 99 });
  expect(await work('keep-activity', {})).toEqual({ kept: 0 });

  const since = Date.now() - 3_600_000;
  const five = (age: number) => ({
    ...{ started: 5 + age, matched: 2, matches: 1, timedOut: age, cancelled: 0, failed: 0 },
    waits: [[40, 2]],
  });
  expect(await work('read-activity', { configuration: 'duel', since })).toMatchObject([five(3), five(1)]);
  expect(await work('read-activity', { configuration: 'other', since })).toEqual([]);
  expect(await work('read-activity', { configuration: 'duel', since: Date.now() })).toEqual([]);
});
