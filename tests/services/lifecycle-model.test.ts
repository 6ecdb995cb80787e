import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type HandFleet, openHandFleet } from '../support/hand-fleet.ts';
import { brokenInvariants } from '../support/invariants.ts';
import { type Model, openModel } from '../support/lifecycle-model.ts';
import { end, sequences } from '../support/lifecycle-steps.ts';
import { openWorld, prepare, type World } from '../support/lifecycle-world.ts';
import { propertyRuns } from '../unit/engine/property-runs.ts';

/** 50 sequences in each run of the suite; 10,000 by `PROPERTY_RUNS=200000`. */
const { numRuns, seed = Date.now() % 2 ** 31 } = propertyRuns(0.05);
/** Sequences that share a fleet, whose stores are read as a whole after them. */
const perFleet = 50;

test(`whatever ${numRuns} sequences of steps, time, crashes and repeated deliveries do, tickets fare as the model says (seed ${seed}; invariants 1 to 5, 7, 8)`, {
  timeout: 60_000 + numRuns * 2_000,
}, async () => {
  let fleet: HandFleet | undefined;
  let sequence = 0;
  const play = async (steps: Iterable<fc.AsyncCommand<Model, World>>) => {
    if (!fleet) {
      fleet = await openHandFleet();
      await prepare(fleet);
    }
    const world = await openWorld(fleet, `s${++sequence}`);
    const model = openModel(await world.now());
    await fc.asyncModelRun(() => ({ model, real: world }), steps);
    await end.run(model, world);
    await world.drain();
    await world.compare(model);
  };
  const close = async () => {
    await fleet?.[Symbol.asyncDispose]();
    fleet = undefined;
  };

  for (let from = 0; from < numRuns; from += perFleet) {
    const property = fc.asyncProperty(sequences(80), async (steps) => {
      try {
        await play(steps);
      } catch (error) {
        // What it left behind must not meet the shorter sequences that are tried next.
        await close();
        throw error;
      }
    });
    await fc.assert(property, { numRuns: Math.min(perFleet, numRuns - from), seed: seed + from });
    const whose = `sequences from ${from} on: PROPERTY_SEED=${seed + from}`;
    // A worker may have died before it woke a ladder: another wakes it once the ladder is due again.
    await fleet?.workOff();
    if (fleet) expect(await brokenInvariants(fleet), whose).toEqual([]);
    await close();
  }
});
