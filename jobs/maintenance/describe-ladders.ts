import { z } from 'zod';
import { defineJob } from '../contract.ts';
import type { LadderSettings } from '../ladder/ladder.ts';
import type { Unfinished } from '../ladder/ladder-document.ts';

/** A ladder as operators look at it. */
export interface DescribedLadder {
  readonly name: string;
  readonly season: number;
  readonly settings: LadderSettings;
  /** Configurations whose results change it. */
  readonly usedBy: readonly string[];
  /** Whether the record has it; one that nobody has set or rated on is as a new one. */
  readonly stored: boolean;
  /** Results, and operators' commands, that its rater has not finished with. */
  readonly waiting: number;
  /** What is under way; results that come meanwhile wait for it. */
  readonly underWay?: Unfinished['kind'];
}

/**
 * Describes every ladder that is on record, that a configuration names or on which something waits; `default` always. Result:
 * `DescribedLadder[]`, by name.
 */
export const describeLadders = defineJob({
  kind: 'describe-ladders',
  queue: 'maintenance',
  item: z.strictObject({}),
  limit: 1,
  attempts: 3,
});
