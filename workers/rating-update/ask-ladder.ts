import { type CommandEnvelope, signed } from '../../jobs/commands.ts';
import { done, type Job, later, refused } from '../../jobs/contract.ts';
import {
  correctResult,
  deleteLadder,
  giveRatings,
  putLadder,
  startSeason,
} from '../../jobs/rating-update/jobs.ts';
import {
  type LadderCommand,
  type LadderVerdict,
  ladderOf,
  readLadderCommand,
} from '../../jobs/rating-update/ladder-command.ts';
import { type SignedJobStores, signedHandler } from '../keys/signed-job.ts';
import type { Pool } from '../pool/pool.ts';
import type { Matches } from '../records/matches.ts';
import { duty, type Handler, type OpenDuty } from '../runtime/handler.ts';
import { wakeLadder } from '../runtime/wake-ladder.ts';

export interface AskStores extends SignedJobStores {
  readonly pool: Pick<Pool, 'results' | 'matches' | 'redisTime'>;
  readonly matches: Matches;
  /** Adds rate-ladder for a ladder. */
  readonly wake: (ladder: string) => Promise<void>;
}

/** How long (ms) a command waits before it looks again for what its rater says. */
const lookAgainMs = 100;

const ladderCommands = [correctResult, startSeason, putLadder, deleteLadder, giveRatings];

export const ladderCommandDuties = ladderCommands.map(
  (job): OpenDuty<Omit<AskStores, 'wake'>> =>
    (stores, { queues }) =>
      duty(signed(job as Job), askLadders({ ...stores, wake: wakeLadder(queues) })),
);

/**
 * Puts commands of operators among their ladder's arrivals, and answers what its rater says. The rater opens
 * them once more: others can write among its arrivals too.
 */
export function askLadders(stores: AskStores): Handler<CommandEnvelope> {
  const { pool, matches, wake } = stores;
  /** The ladder that is asked, or that of the match whose result is corrected. */
  const findLadder = async (command: LadderCommand): Promise<string | { readonly missing: string }> => {
    if (command.kind !== 'correct-result') return ladderOf(command) ?? '';
    const { matchId: reported } = command.item.result;
    const matchId =
      (await matches.current([reported], pool.matches.decided, new Date())).get(reported) ?? reported;
    return (await matches.find([matchId])).get(matchId)?.ladder ?? { missing: matchId };
  };

  return signedHandler(stores, async (envelope, body) => {
    const read = readLadderCommand(envelope, body);
    if ('problem' in read) return refused(read.problem);
    const ladder = await findLadder(read.command);
    if (typeof ladder !== 'string') return refused(`matchId: there is no match ${ladder.missing}`);
    const asked = await pool.results.commandLadder(ladder, envelope);
    if (asked.wake) await wake(ladder);
    return asked.verdict
      ? outcomeOf(asked.verdict)
      : later(lookAgainMs, `ladder ${ladder} has not come to it yet`);
  });
}

const outcomeOf = (verdict: LadderVerdict) =>
  'refused' in verdict ? refused(verdict.refused) : done(verdict.result);
