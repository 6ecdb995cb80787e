/**
 * What one slice of a pass may hold the event loop for (ms): a quarter of it leaves room for one dear anchor.
 */
const sliceMs = 12;
const firstBudget = 2_000;
const leastBudget = 1;
const mostBudget = 1_000_000;

/**
 * Finds out how many steps fit a slice of the event loop. Steps of one rule set cost alike, of another a
 * hundred times more, so each slice's time sets the next one's budget. The first goes by `evaluations`, of
 * rules for one step: a rule set that allows a thousand of them must not hold the loop for seconds before
 * anybody has measured.
 */
export function openPace(evaluations: number) {
  let budget = Math.ceil(Math.min(firstBudget, firstBudget / Math.max(1, evaluations)));
  let slices = 0;
  return {
    get slices(): number {
      return slices;
    },
    timed<T>(slice: (budget: number) => T): T {
      const startedAt = performance.now();
      const result = slice(budget);
      const ms = Math.max(0.1, performance.now() - startedAt);
      const factor = Math.min(4, Math.max(0.25, sliceMs / ms));
      budget = Math.round(Math.min(mostBudget, Math.max(leastBudget, budget * factor)));
      slices++;
      return result;
    },
  };
}
