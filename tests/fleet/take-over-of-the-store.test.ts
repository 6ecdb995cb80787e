import { expect, test, vi } from 'vitest';
import { duelRuleSet } from '../support/builders.ts';
import { openFleet, soloist } from '../support/fleet.ts';

test('after a failover that lost nothing a fleet compares its stores by itself and matches go on (DESIGN 13, invariant 1)', async () => {
  await using fleet = await openFleet();
  await fleet.startWorker();
  await fleet.install('duel', duelRuleSet);
  const matchTwo = async (names: string[]) => {
    const started = await fleet.client.startMatchmakingAll(
      names.map((name) => soloist('duel', fleet.own(name))),
    );
    for (const each of started)
      if (each.status === 'fulfilled') await fleet.matched(each.value.ticketId);
      else throw each.reason;
  };
  await matchTwo(['ann', 'bob']);

  // What scripts see of it.
  await fleet.redis.set(fleet.key('compared'), 'the history of the server before');

  await matchTwo(['cat', 'dan']);

  await vi.waitFor(async () => expect(await fleet.redis.exists(fleet.key('uncompared'))).toBe(0));
}, 90_000);
