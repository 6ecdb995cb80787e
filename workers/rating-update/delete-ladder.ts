import { defaultLadder } from '../../jobs/ladder/ladder.ts';
import type { LadderVerdict } from '../../jobs/rating-update/ladder-command.ts';
import { pagesOf } from '../pool/page.ts';
import type { Pool } from '../pool/pool.ts';
import type { Configurations } from '../records/configurations.ts';
import type { Matches } from '../records/matches.ts';
import { type FlushStores, flush } from './flush.ts';
import { appendOne, type Ladder, type LadderStores, nextDocument } from './ladder.ts';

export interface DeletionStores extends LadderStores, FlushStores {
  readonly pool: Pick<Pool, 'matches' | 'results'>;
  readonly configurations: Pick<Configurations, 'all' | 'everOn'>;
  readonly matches: Pick<Matches, 'anyOf'>;
}

/**
 * Deletes a ladder that nothing uses. Its rater does, between two results: one that comes later waits in the
 * ladder's arrivals as ever, and is rated on a ladder that begins anew.
 */
export async function deleteLadder(
  ladder: Ladder,
  { by, _id }: { readonly by: string; readonly _id: string },
  stores: DeletionStores,
): Promise<LadderVerdict> {
  const { name, state } = ladder;
  if (name === defaultLadder)
    return { refused: `name: ladder ${name} is the one that players see; it always exists` };
  if (state.ordinal === 0 || state.deleted) return { refused: `name: there is no ladder ${name}` };
  await flush(ladder, stores);
  const use = await useOf(name, stores);
  if (use !== undefined) return { refused: `name: ladder ${name} is in use: ${use}` };
  const event = { kind: 'deleted' as const, replaced: state.settings, by };
  const document = nextDocument(ladder, 0, event, [], _id);
  await appendOne(ladder, document, stores);
  await flush(ladder, stores);
  return { result: { ordinal: document.ordinal } };
}

/**
 * What uses a ladder; `undefined`: nothing does. A match passes from one place to the next in the order in
 * which they are looked at: proposal, live, result among the arrivals of its configuration's ladder, result
 * here.
 */
async function useOf(name: string, stores: DeletionStores): Promise<string | undefined> {
  const { configurations, players } = stores;
  const all = await configurations.all();
  const users = all.flatMap(({ configuration }) =>
    configuration.ladder === name ? [configuration.name] : [],
  );
  if (users.length > 0)
    return `configuration ${users.join(', ')} names it; delete it, or have it name another ladder`;
  const once = await configurations.everOn(name);
  const match = once.length > 0 ? await matchOf(name, once, stores) : undefined;
  if (match !== undefined)
    return `match ${match} is one of it, and not rated yet; report its result, or wait until it is over`;
  const now = all.flatMap((it) => (once.includes(it.configuration.name) ? [it.configuration.ladder] : []));
  for (const ladder of new Set([...now, defaultLadder, name])) {
    const waiting = await resultFor(name, ladder, stores);
    if (waiting !== undefined) return `the result of match ${waiting} waits to be rated; wait until it is`;
  }
  const [best] = await players.top(name, 0, 1);
  return best && `player ${best._id} has a rating on it, and others may; ratings are not deleted`;
}

/** A match of the ladder that is proposed or live; `configurations`: those that have named the ladder. */
async function matchOf(
  ladder: string,
  configurations: readonly string[],
  { pool, matches }: DeletionStores,
): Promise<string | undefined> {
  for await (const ids of pagesOf((after) => pool.matches.matchesOf('proposed', configurations, after))) {
    const proposed = (await pool.matches.proposedMatches(ids)).find((it) => it.ladder === ladder);
    if (proposed) return proposed.matchId;
  }
  for await (const ids of pagesOf((after) => pool.matches.matchesOf('live', configurations, after))) {
    // Decided ones go from here to the record.
    const decided = (await pool.matches.decided(ids)).find((it) => it.ladder === ladder);
    const found = decided?.matchId ?? (await matches.anyOf(ids, ladder));
    if (found !== undefined) return found;
  }
  return undefined;
}

/**
 * A match of the ladder whose result waits among the arrivals of `at`. Its own are all of it, or are for it
 * to refuse.
 */
async function resultFor(
  ladder: string,
  at: string,
  { pool, matches }: DeletionStores,
): Promise<string | undefined> {
  for await (const ids of pagesOf((after) => pool.results.resultsWaiting(at, after))) {
    const found = at === ladder ? ids[0] : await matches.anyOf(ids, ladder);
    if (found !== undefined) return found;
  }
  return undefined;
}
