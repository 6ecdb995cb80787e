import { expect, test } from 'vitest';
import { poolTag } from '../../jobs/keys.ts';
import { openScript } from '../../producers/connection/script.ts';
import { openPoolSteps } from '../support/pool-steps.ts';

test('what goes wrong in a script names its file and line', async () => {
  await using steps = await openPoolSteps();
  await steps.redis.set(steps.key('outbox'), 'no hash');

  await expect(steps.pool.matches.place('m', { kind: 'failed', message: 'none' })).rejects.toThrow(
    /^WRONGTYPE workers\/pool\/scripts\/place\.lua:\d+: Operation against a key/,
  );
});

test('what goes wrong in a library names the library', async () => {
  await using steps = await openPoolSteps();
  await steps.search('a', 'b');
  await steps.pool.matches.commit('duel', [await steps.commitOf('m', 'a', 'b')], 30_000);
  await steps.redis.hset(steps.key('proposal:m'), 'tickets', 'no JSON');

  await expect(steps.pool.tickets.stop('a')).rejects.toThrow(
    /^jobs\/scripts\/libraries\/\w+\.lua:\d+: Expected value/,
  );
});

test("what goes wrong in a producer's script names its file and line", async () => {
  await using steps = await openPoolSteps();
  const script = openScript(steps.redis, poolTag(steps.domain), 'ask');
  await steps.redis.set(steps.key('questions:duel'), 'no list');

  await expect(script('duel', '{}', 1, 1)).rejects.toThrow(/^WRONGTYPE producers\/scripts\/ask\.lua:\d+: /);
});
