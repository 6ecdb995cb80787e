import type { Starting, StartVerdict } from './start-call.ts';
import { keptTrace, readVerdict, refuse } from './start-call.ts';

/** A backfill ticket as `jobs/scripts/backfill.lua` takes it; every player has a team. */
export interface Backfilling extends Omit<Starting, 'estimatedWait'> {
  /** The live match that wants players. */
  readonly fills: string;
}

/** What the script returns. */
export type BackfillReply = [verdict: string, sequence?: string, start?: string, pool?: string];

export const backfillArguments = (it: Backfilling): (string | number)[] => [
  it.ticketId,
  it.configuration,
  it.version,
  it.pool,
  it.timeoutMs,
  it.fills,
  JSON.stringify(it.actor),
  it.callId,
  keptTrace(it.trace),
  it.unrated ? 1 : '',
  ...it.players.flatMap((player) => [player.playerId, player.team ?? '', JSON.stringify(player)]),
];

/** Throws for an answer that the script does not give. */
export function readBackfillVerdict(
  ticket: Backfilling,
  [verdict, sequence = '', start = '']: BackfillReply,
): StartVerdict {
  const { fills } = ticket;
  const [word = '', detail] = [verdict.split(':', 1)[0], verdict.slice(verdict.indexOf(':') + 1)];
  switch (word) {
    case 'not-live':
      return refuse('not-found', `matchId: no match ${fills} is live: it is over, or there was none`);
    case 'went-on':
      return refuse('conflict', `matchId: match ${fills} has been backfilled and goes on as ${detail}`);
    case 'placing':
      return refuse('conflict', `matchId: match ${fills} is being placed; ask again when it has started`);
    case 'filling':
      return refuse(
        'conflict',
        `matchId: ticket ${detail} has found players for match ${fills}, who are being placed`,
      );
    case 'nobody':
      return refuse('conflict', `players: none of them is in match ${fills} and looks for no other match`);
    default:
      return readVerdict(ticket, [verdict, sequence, start]);
  }
}
