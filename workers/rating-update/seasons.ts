import type { PlayerChange, Unfinished } from '../../jobs/ladder/ladder-document.ts';
import { inSeason } from '../../jobs/ladder/rating.ts';
import type { StartSeason } from '../../jobs/rating-update/jobs.ts';
import type { LadderVerdict } from '../../jobs/rating-update/ladder-command.ts';
import { type FlushStores, flush } from './flush.ts';
import { appendOne, know, type Ladder, type LadderStores, nextDocument, ratingIn } from './ladder.ts';

/** Players looked at for one document. */
const atOnce = 500;

/**
 * Starts a ladder's next season. `bringForward` brings its players into it, before anything else of the
 * ladder.
 */
export async function startSeason(
  ladder: Ladder,
  { item, by, _id }: { readonly item: StartSeason; readonly by: string; readonly _id: string },
  stores: LadderStores,
): Promise<LadderVerdict> {
  const { season } = item;
  const { season: running } = ladder.state;
  if (season > running + 1)
    return {
      refused: `season: ladder ${ladder.name} is in season ${running}; only the one after it can start`,
    };
  if (season === running + 1)
    await appendOne(ladder, nextDocument(ladder, 0, { kind: 'season', season, by }, [], _id), stores);
  return { result: { season } };
}

/** One step: the next players in order of id. */
export async function bringForward(
  ladder: Ladder,
  { season, after: from }: Extract<Unfinished, { kind: 'season' }>,
  stores: LadderStores & FlushStores,
): Promise<void> {
  // Players are found on record.
  await flush(ladder, stores);
  const { settings, settingsAt: settings_at } = ladder.state;
  let changes: PlayerChange[] = [];
  let last: string | undefined = from;
  while (changes.length === 0 && last !== undefined) {
    const page = await stores.players.following(last, atOnce);
    last = page.length < atOnce ? undefined : page.at(-1)?._id;
    changes = page.flatMap((player) => {
      if (!ladder.players.has(player._id)) know(ladder, player._id, player);
      const before = ratingIn(ladder, player._id);
      if (!before || before.season >= season) return [];
      return [{ player_id: player._id, before, after: inSeason(before, season, settings) }];
    });
  }
  const event = {
    kind: 'brought-forward' as const,
    season,
    settings_at,
    ...(last !== undefined && { last }),
  };
  await appendOne(ladder, nextDocument(ladder, 0, event, changes), stores);
}
