import type { Entry } from '../chain.ts';
import { type CommandEnvelope, commandEnvelope } from '../commands.ts';
import { type MatchResult, matchResult } from './result.ts';

/**
 * What waits for a ladder's rater; `entry` is its id among the ladder's arrivals. See
 * `scripts/libraries/arrivals.lua`.
 */
export type Arrival =
  | { readonly entry: string; readonly kind: 'result'; readonly result: MatchResult }
  | { readonly entry: string; readonly kind: 'command'; readonly command: CommandEnvelope }
  /** Nobody of ours wrote it. */
  | { readonly entry: string; readonly kind: 'unreadable'; readonly text: string };

/** Reads an entry of a ladder's arrivals. */
export function readArrival([entry, [, , kind, id = '', , text = '']]: Entry): Arrival {
  const body = parsed(text);
  if (kind === 'match') {
    const result = matchResult.safeParse({ ...(body as object), matchId: id });
    if (result.success) return { entry, kind: 'result', result: result.data };
  } else {
    const command = commandEnvelope.safeParse(body);
    if (command.success) return { entry, kind: 'command', command: command.data };
  }
  return { entry, kind: 'unreadable', text: text.slice(0, 1_000) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
