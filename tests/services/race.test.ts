import { expect, onTestFinished, test } from 'vitest';
import { noId } from '../../jobs/chain.ts';
import { runCycle } from '../../workers/matchmaking/cycle.ts';
import { handOver } from '../../workers/matchmaking/hand-over.ts';
import { openMirror } from '../../workers/matchmaking/mirror.ts';
import { cycleStores } from '../support/cycle-stores.ts';
import { type HandFleet, openHandFleet } from '../support/hand-fleet.ts';
import { brokenInvariants } from '../support/invariants.ts';
import { lifeSteps } from '../support/life-steps.ts';
import { poolWith } from '../support/pool-with.ts';

/** A worker's cycles over one mirror of the pool `duel`; while it is blind, the mirror hears of no change. */
function openRacer({ kit }: HandFleet) {
  const racer = { blind: false, refused: 0 };
  const pool = poolWith(kit.pool, {
    mirror: {
      catchUp: async (...args) => {
        const [, , position] = args;
        const step = await kit.pool.mirror.catchUp(...args);
        return racer.blind && position !== noId ? { ...step, latest: position, changes: [] } : step;
      },
    },
    matches: {
      commit: async (...args) => {
        const done = await kit.pool.matches.commit(...args);
        racer.refused += done.verdicts.filter((verdict) => verdict === 'changed').length;
        return done;
      },
    },
  });
  const mirror = openMirror(pool, 'duel');
  const stores = cycleStores(pool, { handOver: handOver(kit.queues) });
  return Object.assign(racer, { look: () => mirror.catchUp(), cycle: () => runCycle(mirror, stores) });
}

test('two workers race on one pool with deliberately stale mirrors: every ticket is matched once (invariants 2, 3, 7)', async () => {
  const fleet = await openHandFleet();
  onTestFinished(() => fleet[Symbol.asyncDispose]());
  const steps = await lifeSteps(fleet);
  const racers = [openRacer(fleet), openRacer(fleet)];
  const rounds = 5;
  const all = Array.from({ length: 40 * rounds }, (_, n) => `t${n}`);

  for (let round = 0; round < rounds; round++) {
    await steps.start((name) => name, all.slice(40 * round, 40 * (round + 1)));
    for (const racer of racers) {
      racer.blind = false;
      await racer.look();
      racer.blind = true;
    }
    // Half of what both remember is taken back unheard.
    for (const id of all.slice(40 * round, 40 * round + 20)) await fleet.stores.pool.tickets.stop(id);
    await Promise.all(racers.map((racer) => racer.cycle()));
  }
  await fleet.workOff();

  for (const racer of racers) expect(racer.refused).toBeGreaterThan(0);
  expect(await brokenInvariants(fleet, { tickets: all })).toEqual([]);
});
