import { chanceFrom } from '../../jobs/matchmaking/engine/chance.ts';

/** Chances that are the same for every run of a seed. */
export interface Draw {
  /** 0 up to, not including, 1. */
  readonly chance: () => number;
  /** Normally distributed. */
  readonly normal: (mean: number, deviation: number) => number;
  readonly oneOf: <T>(choices: readonly T[]) => T;
}

export function drawFrom(seed: number): Draw {
  const chance = chanceFrom(seed);
  return {
    chance,
    normal: (mean, deviation) =>
      mean + deviation * Math.sqrt(-2 * Math.log(1 - chance())) * Math.cos(2 * Math.PI * chance()),
    oneOf: (choices) => choices[Math.floor(chance() * choices.length)] as (typeof choices)[number],
  };
}
