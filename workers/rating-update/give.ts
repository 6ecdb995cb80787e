import { newcomer } from '../../jobs/ladder/rating.ts';
import type { GiveRatings } from '../../jobs/rating-update/jobs.ts';
import type { LadderVerdict } from '../../jobs/rating-update/ladder-command.ts';
import { ratingGiven } from '../../jobs/rating-update/rating-given.ts';
import { appendOne, type Ladder, type LadderStores, meet, nextDocument, ratingIn } from './ladder.ts';

/** Puts ratings that an operator gives into the chain, as one document. */
export async function give(
  ladder: Ladder,
  { item, by, _id }: { readonly item: GiveRatings; readonly by: string; readonly _id: string },
  stores: LadderStores,
): Promise<LadderVerdict> {
  const { ratings, reason, import: part } = item;
  await meet(
    ladder,
    ratings.map((it) => it.playerId),
    stores,
  );
  const changes = ratings.map((given) => {
    const before = ratingIn(ladder, given.playerId) ?? newcomer;
    return { player_id: given.playerId, before, after: ratingGiven(given, before, ladder.state.season) };
  });
  const event = { kind: 'given' as const, by, ...(reason && { reason }), ...(part && { import: part }) };
  const document = nextDocument(ladder, 0, event, changes, _id);
  await appendOne(ladder, document, stores);
  return answerOfGiven(document);
}

export const answerOfGiven = (document: {
  readonly ordinal: number;
  readonly import?: { readonly run: string } | undefined;
}): LadderVerdict => ({
  result: { ordinal: document.ordinal, ...(document.import && { run: document.import.run }) },
});
