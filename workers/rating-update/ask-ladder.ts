import { done, later, type Outcome, refused } from '../../jobs/contract.ts';
import type { CorrectResult } from '../../jobs/rating-update/correct-result.ts';
import { type GiveRatings, importedPart } from '../../jobs/rating-update/give-ratings.ts';
import type { LadderCommand } from '../../jobs/rating-update/ladder-command.ts';
import type { PutLadder } from '../../jobs/rating-update/put-ladder.ts';
import type { ResetSeason } from '../../jobs/rating-update/reset-season.ts';
import type { Context, Handler } from '../handler.ts';
import type { Pool } from '../pool/pool.ts';
import type { Matches } from '../records/matches.ts';

export interface AskStores {
  readonly pool: Pick<Pool, 'commandLadder' | 'decided'>;
  readonly matches: Matches;
  /** Adds rate-ladder for a ladder. */
  readonly wake: (ladder: string) => Promise<void>;
}

/** How long (ms) a command waits before it looks again for what its rater says. */
const lookAgainMs = 100;

type Ask = (
  item: LadderCommand['item'],
  ladder: string,
  kind: LadderCommand['kind'],
  id?: string,
) => Promise<Outcome>;

/** Puts commands of operators among their ladder's arrivals, and answers what its rater says. */
export function askLadders({ pool, matches, wake }: AskStores) {
  const ask =
    ({ actor, calls }: Context): Ask =>
    async (item, ladder, kind, id = calls[0]?.id ?? '') => {
      if (actor.kind === 'player') return refused(`a player may not ask for ${kind}`);
      const command = { kind, by: actor.name, item } as LadderCommand;
      const asked = await pool.commandLadder(ladder, id, command);
      if (asked.wake) await wake(ladder);
      if (!asked.verdict) return later(lookAgainMs, `ladder ${ladder} has not come to it yet`);
      return 'refused' in asked.verdict ? refused(asked.verdict.refused) : done(asked.verdict.result);
    };

  const correctResults: Handler<CorrectResult> = async ([item], context) => {
    if (!item) return done();
    const { matchId: reported } = item.result;
    const matchId = (await matches.current([reported], pool.decided, new Date())).get(reported) ?? reported;
    const match = (await matches.find([matchId])).get(matchId);
    return match
      ? ask(context)(item, match.ladder, 'correct-result')
      : refused(`matchId: there is no match ${matchId}`);
  };
  const startSeasons: Handler<ResetSeason> = async ([item], context) =>
    item ? ask(context)(item, item.ladder, 'reset-season') : done();
  const putLadders: Handler<PutLadder> = async ([item], context) =>
    item ? ask(context)(item, item.name, 'put-ladder') : done();
  const giveAllRatings: Handler<GiveRatings> = async ([item], context) =>
    item ? ask(context)(item, item.ladder, 'give-ratings', importedPart(item)) : done();
  return { correctResults, startSeasons, putLadders, giveAllRatings };
}
