import { type Chance, chance } from '../../infra/local/demo/random.ts';

/** When a fault of a kind strikes, ms after the start. */
export interface Strike {
  readonly at: number;
  readonly kind: string;
}

/** Quiet (ms) before the first fault: the fleet is at work when it comes. */
const calmMs = 3_000;

/**
 * One fault every `everyMs`, moved about by chance. Every kind comes once before any comes again, in an order
 * of chance: the same seed gives the same plan.
 */
export function planFaults(
  kinds: readonly string[],
  seed: number,
  totalMs: number,
  everyMs: number,
): Strike[] {
  const random = chance(seed);
  const strikes: Strike[] = [];
  let deck: string[] = [];
  for (let slot = calmMs; slot < totalMs; slot += everyMs) {
    if (deck.length === 0) deck = shuffled(kinds, random);
    const kind = deck.pop();
    if (kind) strikes.push({ at: Math.round(slot + random.uniform() * 0.5 * everyMs), kind });
  }
  return strikes;
}

function shuffled(kinds: readonly string[], random: Chance): string[] {
  const left = [...kinds];
  return kinds.map(() => left.splice(Math.floor(random.uniform() * left.length), 1)[0] ?? '');
}
