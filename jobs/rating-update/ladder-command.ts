import { z } from 'zod';
import type { CommandEnvelope } from '../commands.ts';
import { problemsOf } from '../contract.ts';
import { correctResult, deleteLadder, eraseFromLadder, giveRatings, putLadder, startSeason } from './jobs.ts';

/** What an operator asks of a ladder; `by`: the key that has signed it. */
export const ladderCommand = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('correct-result'), by: z.string(), item: correctResult.item }),
  z.strictObject({ kind: z.literal('start-season'), by: z.string(), item: startSeason.item }),
  z.strictObject({ kind: z.literal('put-ladder'), by: z.string(), item: putLadder.item }),
  z.strictObject({ kind: z.literal('delete-ladder'), by: z.string(), item: deleteLadder.item }),
  z.strictObject({ kind: z.literal('give-ratings'), by: z.string(), item: giveRatings.item }),
  z.strictObject({ kind: z.literal('erase-player'), by: z.string(), item: eraseFromLadder }),
]);
export type LadderCommand = z.output<typeof ladderCommand>;

/** What a command asks of a ladder; `body` as it was signed. */
export function readLadderCommand(
  { kind, operator: by }: Pick<CommandEnvelope, 'kind' | 'operator'>,
  body: unknown,
): { readonly command: LadderCommand } | { readonly problem: string } {
  const read = ladderCommand.safeParse({ kind, by, item: body });
  return read.success ? { command: read.data } : { problem: problemsOf(read.error).join('; ') };
}

/** The ladder that a command is for; `undefined`: that of the match that it names. */
export function ladderOf({ item }: LadderCommand): string | undefined {
  if ('ladder' in item) return item.ladder;
  return 'name' in item ? item.name : undefined;
}

/** What the audit knows a command by: a ladder's name, or the match that a result is of. */
export const targetOf = (command: LadderCommand): string =>
  ladderOf(command) ?? ('result' in command.item ? command.item.result.matchId : '');

/** What became of a command. */
export type LadderVerdict =
  | { readonly result: Readonly<Record<string, unknown>> }
  | { readonly refused: string };
