import { setTimeout as pause } from 'node:timers/promises';
import { type CommandEnvelope, signed } from '../../jobs/commands.ts';
import { done, later, problemsOf, refused } from '../../jobs/contract.ts';
import { type EraseFromLadder, erasePlayer } from '../../jobs/rating-update/jobs.ts';
import type { LadderVerdict } from '../../jobs/rating-update/ladder-command.ts';
import type { OperatorKeys } from '../keys/operator-keys.ts';
import { signedHandler } from '../keys/signed-job.ts';
import type { Pool } from '../pool/pool.ts';
import { type Audit, recordAlone } from '../records/audit.ts';
import type { Erasure } from '../records/erasure.ts';
import type { Players } from '../records/players.ts';
import { duty, type Handler, type OpenDuty } from '../runtime/handler.ts';
import { wakeLadder } from '../runtime/wake-ladder.ts';
import type { SessionCache } from '../session-cache/session-cache.ts';
import { type FlushStores, flush } from './flush.ts';
import { appendOne, type Ladder, type LadderStores, nextDocument } from './ladder.ts';

export interface ErasingStores {
  readonly pool: Pick<Pool, 'results' | 'matches' | 'redisTime'>;
  readonly players: Pick<Players, 'find'>;
  readonly erasure: Erasure;
  readonly cache: Pick<SessionCache, 'forget'>;
  readonly audit: Pick<Audit, 'note'>;
  readonly operatorKeys: Pick<OperatorKeys, 'onBehalf' | 'open'>;
  /** Adds rate-ladder for a ladder. */
  readonly wake: (ladder: string) => Promise<void>;
}

/** How long (ms) an attempt goes through matches and tickets before it is put off. */
const turnMs = 60_000;
/** How long (ms) a ladder's rater is waited for before the job is put off. */
const raterMs = 20_000;
const pollMs = 50;

export const erasePlayerDuty: OpenDuty<Omit<ErasingStores, 'wake'>> = (stores, { queues }) =>
  duty(signed(erasePlayer), erasePlayers({ ...stores, wake: wakeLadder(queues) }));

/**
 * Erases a player. Each ladder's rater takes them out of its chain in its turn, behind the results that wait;
 * a result that comes between is taken out in another round. An attempt goes on where the one before ended,
 * under the pseudonym that the first has begun with.
 */
export const erasePlayers = (stores: ErasingStores): Handler<CommandEnvelope> =>
  signedHandler(stores, async (envelope, body) => {
    const { pool, erasure, players, cache, audit } = stores;
    const { success, data: item, error } = erasePlayer.item.safeParse(body);
    if (!success) return refused(problemsOf(error).join('; '));
    const { playerId, reason } = item;
    const present = (await pool.matches.presence([playerId])).get(playerId);
    if (present)
      return refused(
        present.matchId
          ? `playerId: the player is in live match ${present.matchId}; report its result, or have them leave it`
          : `playerId: the player has ticket ${present.ticketId}, or had it until a few minutes ago; stop it, and try again when it is forgotten`,
      );
    const until = Date.now() + turnMs;
    const pseudonym = await erasure.begin(playerId, item.pseudonym);
    let matches = 0;
    for (let round = 0; ; round++) {
      const rated = (await players.find([playerId])).get(playerId)?.ratings ?? {};
      const ladders = new Set([...(await erasure.ladders(playerId)), ...Object.keys(rated)]);
      if (round > 0 && ladders.size === 0) break;
      for (const ladder of ladders) {
        const command = { ladder, playerId, pseudonym };
        const told = await askRater(command, envelope, `${ladder}/${pseudonym}/${round}`, stores);
        if (told && 'refused' in told) return refused(told.refused);
        if (!told) return later(1_000, `ladder ${ladder} has not come to it yet`);
      }
      for (let over = false; !over; ) {
        if (Date.now() > until) return later(0, `${matches} matches of the player are done`);
        ({ over, matches } = await erasure.eraseSome(playerId, pseudonym));
      }
    }
    const sessions = await erasure.forget(playerId);
    await cache.forget(playerId, sessions);
    // Under the pseudonym: an attempt before may have begun with another one than this command has.
    const command = { ...envelope, id: pseudonym, target: pseudonym, reason };
    await audit.note(recordAlone(command, { kind: 'done', result: {} }, { now: await pool.redisTime() }));
    return done({ pseudonym, matches, sessions: sessions.length });
  });

/** Returns what the ladder's rater says of it; `undefined`: nothing yet. */
async function askRater(
  item: EraseFromLadder,
  asked: CommandEnvelope,
  id: string,
  { pool, wake, operatorKeys }: ErasingStores,
): Promise<LadderVerdict | undefined> {
  const part = { id, kind: erasePlayer.kind, target: item.ladder, body: JSON.stringify(item) };
  const command = await operatorKeys.onBehalf(asked, part);
  if (!command) return { refused: `operator: key ${asked.operator} works no more` };
  for (const until = Date.now() + raterMs; Date.now() < until; await pause(pollMs)) {
    const { wake: isToWake, verdict } = await pool.results.commandLadder(item.ladder, command);
    if (isToWake) await wake(item.ladder);
    if (verdict) return verdict;
  }
  return undefined;
}

/**
 * Takes a player out of a ladder. The document that says so comes last: whoever has read the chain before
 * meets it when they append, and a rater that dies before it begins again.
 */
export async function eraseFromLadder(
  ladder: Ladder,
  { item, by, _id }: { readonly item: EraseFromLadder; readonly by: string; readonly _id: string },
  stores: LadderStores & FlushStores,
): Promise<LadderVerdict> {
  const { playerId, pseudonym } = item;
  await flush(ladder, stores);
  await stores.erasure.eraseFromLadder(ladder.name, playerId, pseudonym);
  ladder.players.delete(playerId);
  const document = nextDocument(ladder, 0, { kind: 'erased' as const, pseudonym, by }, [], _id);
  await appendOne(ladder, document, stores);
  return { result: { pseudonym } };
}
