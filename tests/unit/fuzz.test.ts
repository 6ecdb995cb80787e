import { describe, expect, test } from 'vitest';
import { compileRuleSet } from '../../jobs/matchmaking/engine/compile.ts';
import { MatchPool } from '../../jobs/matchmaking/engine/pool.ts';
import { loadRuleSet } from '../../jobs/rule-set/load.ts';
import { openPace } from '../../workers/matchmaking/pace.ts';
import { fuzz } from '../fuzz/run.ts';
import { slowRuleSets } from '../fuzz/slow-rule-sets.ts';
import { targets } from '../fuzz/targets.ts';

/** CPU time, ms: what others do on this machine is not the engine's doing. */
function cpu<T>(work: () => T): { result: T; ms: number } {
  const before = process.cpuUsage();
  const result = work();
  const { user, system } = process.cpuUsage(before);
  return { result, ms: (user + system) / 1_000 };
}

/** Longer than this (ms) and a worker's event loop stands still. */
const patienceMs = 1_000;

describe('rule sets built to be slow', () => {
  test.each(Object.entries(slowRuleSets))(
    '%s: refused, or read, compiled and matched by without ever holding the loop for a second',
    { timeout: 60_000 },
    (_name, body) => {
      const { result: loaded, ms: loading } = cpu(() => loadRuleSet(body));
      expect(loading).toBeLessThan(patienceMs);
      if (!loaded.ok) {
        expect(loaded.problems[0]?.message).toMatch(/\S/);
        return;
      }
      const { result: engine, ms: compiling } = cpu(() => compileRuleSet(loaded.ruleSet));
      expect(compiling).toBeLessThan(patienceMs);
      const pool = new MatchPool(engine);
      for (let n = 0; n < 100; n++) pool.add(aTicket(n));
      const pace = openPace(engine.evaluations);
      let unfinished = true;
      for (let slices = 0; unfinished && slices < 20; slices++) {
        const slice = cpu(() => pace.timed((budget) => pool.pass(1_000, 1, budget)));
        expect(slice.ms).toBeLessThan(patienceMs);
        unfinished = slice.result.unfinished;
      }
    },
  );
});

const aTicket = (n: number) => ({
  ticketId: `t-${n}`,
  since: 0,
  players: [
    {
      playerId: `p-${n}`,
      attributes: {
        rating: { N: n * 3 },
        words: { SL: Array.from({ length: 100 }, (_, word) => `${word * 2}`) },
      },
    },
  ],
});

test.each(Object.keys(targets))(
  '%s: 500 hostile inputs end in an acceptance or a refusal with a reason, each within a second, and change no prototype',
  { timeout: 60_000 },
  (name) => {
    const { failures, accepted } = fuzz(targets[name] ?? (() => 'refused'), 500, 1);

    expect(failures).toEqual([]);
    // Otherwise the inputs never get past the first check.
    expect(accepted).toBeGreaterThan(10);
  },
);

test('the checker sees what it is there to see', { timeout: 60_000 }, () => {
  const throwing = fuzz(
    () => {
      throw new Error('nobody expects this');
    },
    1,
    3,
  );
  const polluting = fuzz(
    () => {
      Reflect.set(Object.prototype, 'polluted', 1);
      return 'accepted';
    },
    1,
    4,
  );
  Reflect.deleteProperty(Object.prototype, 'polluted');
  const hanging = fuzz(
    () => {
      for (const before = process.cpuUsage(); process.cpuUsage(before).user < 1_100_000; );
      return 'accepted';
    },
    1,
    5,
  );

  expect(throwing.failures).toEqual([{ seed: 3, what: 'Error: nobody expects this' }]);
  expect(polluting.failures).toEqual([{ seed: 4, what: 'changed Object.prototype' }]);
  expect(hanging.failures[0]?.what).toMatch(/^took \d+ ms$/);
});
