import { z } from 'zod';
import { defineJob } from '../contract.ts';
import { ladderSettings } from '../ladder/ladder.ts';

/** A ladder as operators look at it. */
const describedLadder = z.object({
  name: z.string(),
  season: z.number(),
  settings: ladderSettings,
  /** Configurations whose results change it. */
  usedBy: z.array(z.string()),
  /** Whether the record has it; one that nobody has set or rated on is as a new one. */
  stored: z.boolean(),
  /** Results, and operators' commands, that its rater has not finished with. */
  waiting: z.number(),
  /** What is under way; results that come meanwhile wait for it. */
  underWay: z.enum(['correction', 'season']).exactOptional(),
});
export type DescribedLadder = z.output<typeof describedLadder>;

/**
 * Describes every ladder that is on record, that a configuration names or on which something waits; `default`
 * always. Result: `DescribedLadder[]`, by name.
 */
export const describeLadders = defineJob({
  kind: 'describe-ladders',
  queue: 'maintenance',
  item: z.strictObject({}),
  result: z.array(describedLadder),
  limit: 1,
  attempts: 3,
});
