import { expect, test } from 'vitest';
import { aBackfill, aPlayer } from '../support/builders.ts';
import { openPoolSteps } from '../support/pool-steps.ts';

test('what goes wrong in a script names its file and line', async () => {
  await using steps = await openPoolSteps();
  await steps.redis.set(steps.key('outbox'), 'no hash');

  await expect(steps.pool.place('m', { kind: 'failed', message: 'none' })).rejects.toThrow(
    /^WRONGTYPE workers\/pool\/scripts\/place\.lua:\d+: Operation against a key/,
  );
});

test('what goes wrong in a library names the library', async () => {
  await using steps = await openPoolSteps();
  await steps.redis.hset(steps.key('ticket:a'), 'status', 'SEARCHING', 'roster', '[]');

  await expect(steps.pool.stop('a')).rejects.toThrow(/^jobs\/scripts\/libraries\/\w+\.lua:\d+: .*attempt to/);
});

test("what goes wrong in a producer's script names its file and line", async () => {
  await using steps = await openPoolSteps();
  await steps.redis.set(steps.key('reservations'), 'no sorted set');

  await expect(steps.tickets.reserve('job', aBackfill('a', [aPlayer('p')]))).rejects.toThrow(
    /^WRONGTYPE producers\/scripts\/reserve\.lua:\d+: /,
  );
});
