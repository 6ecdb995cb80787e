import type { Lineup } from '../lineup.ts';
import type { Verdict } from '../verdict.ts';

/** A compiled rule: looks at a match being built and says where it stands. */
export type Judge = (lineup: Lineup) => Verdict;

/**
 * `documented` enforces upper limits on averages as soon as every team they name has players, as
 * FlexMatch does; `closest` waits for the finished match unless a broken rule can never heal.
 */
export type Order = 'closest' | 'documented';
