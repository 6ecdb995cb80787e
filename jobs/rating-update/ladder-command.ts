import { z } from 'zod';
import { correctResult } from './correct-result.ts';
import { giveRatings } from './give-ratings.ts';
import { putLadder } from './put-ladder.ts';
import { resetSeason } from './reset-season.ts';

/** What an operator asks of a ladder, as it waits among the ladder's arrivals. */
export const ladderCommand = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('correct-result'), by: z.string(), item: correctResult.item }),
  z.strictObject({ kind: z.literal('reset-season'), by: z.string(), item: resetSeason.item }),
  z.strictObject({ kind: z.literal('put-ladder'), by: z.string(), item: putLadder.item }),
  z.strictObject({ kind: z.literal('give-ratings'), by: z.string(), item: giveRatings.item }),
]);
export type LadderCommand = z.output<typeof ladderCommand>;

/** What became of a command. */
export type LadderVerdict =
  | { readonly result: Readonly<Record<string, unknown>> }
  | { readonly refused: string };
