import type { z } from 'zod';
import { done, later } from '../../jobs/contract.ts';
import type { CommittedMatch } from '../../jobs/matchmaking/match.ts';
import { defaultSettings } from '../../jobs/rating-update/ladder.ts';
import { newcomer, winChances } from '../../jobs/rating-update/rating.ts';
import type { GameSession } from '../../jobs/session-creation/placement.ts';
import type { startMatch } from '../../jobs/session-creation/start-match.ts';
import type { Handler } from '../handler.ts';
import type { Configurations } from '../pool/configurations.ts';
import type { Settlement } from '../pool/outbox.ts';
import type { Ladders } from '../records/ladders.ts';
import { type Inherited, inherit, type Matches } from '../records/matches.ts';
import { type Players, ratingOn } from '../records/players.ts';
import type { Boarding, Sessions } from '../records/sessions.ts';
import type { Tickets } from '../records/tickets.ts';
import type { SessionCache } from '../session-cache/session-cache.ts';
import { serveTickets } from '../telemetry/serve-tickets.ts';
import { backfillOf, continueMatches } from './continued.ts';
import { openPlacement, type PlacementStores } from './placement.ts';

export interface StartMatchStores extends PlacementStores {
  readonly tickets: Tickets;
  readonly matches: Matches;
  readonly ladders: Ladders;
  readonly players: Players;
  readonly sessions: Sessions;
  readonly cache: SessionCache;
  readonly installed: Configurations;
}

/** Why a decided match cannot be played after all; its tickets are FAILED with it. */
type Failure = Pick<Settlement, 'reason' | 'message'>;

/** A decided match on its way to its effect. */
interface Starting {
  readonly match: CommittedMatch;
  readonly failure?: Failure | undefined;
  readonly gameSession?: GameSession | undefined;
  /** What it takes over from the running match it goes on from, where the fleet knows that. */
  readonly inherited?: Inherited | undefined;
}

const taken: Failure = {
  reason: 'TicketInAnotherMatch',
  message: 'A ticket of this match already belongs to another match.',
};
const over: Failure = {
  reason: 'MatchOver',
  message: 'The match that wanted players ended before they could join.',
};

/**
 * Gives decided matches their effect. Tickets are claimed first, then the match is placed, the outbox entry goes last:
 * whatever dies between, the entry is still there and the beat hands the match over again. Sessions board before the match
 * is stored, so that a result, which needs the stored match, finds them in it; a match that is backfilled ends before them,
 * so that its result comes either before or after. A match that has no place yet stays in the outbox, and its job is put off.
 */
export const startMatches = (stores: StartMatchStores): Handler<z.output<typeof startMatch.item>> => {
  const place = openPlacement(stores);
  return async (items, { signal }) => {
    const { tickets, matches, sessions, cache, pool } = stores;
    const decided = await pool.decided(items.map((item) => item.matchId));
    if (decided.length === 0) return done({ started: 0 });
    for (const match of decided) serveTickets(stores.tracer, match);
    const now = new Date();
    const [losers, chances] = await Promise.all([tickets.claim(decided, now), predict(decided, stores)]);
    const claimed = decided.map(
      (match): Starting => ({ match, failure: losers.has(match.matchId) ? taken : undefined }),
    );
    const { ready: placed, waitMs } = await placeAll(claimed, place, signal);
    const ready = await goOn(placed, matches);
    await tickets.fail(ready.filter(({ failure }) => failure).map(({ match }) => match));
    const started = ready.filter(({ failure }) => !failure);
    await cache.putSessions(await sessions.board(started.flatMap(boardings), now));
    await matches.create(
      ready.map(({ match, failure, gameSession, inherited }) => ({
        match,
        gameSession,
        inherited,
        chances: chances.get(match.matchId),
        status: failure ? 'FAILED' : 'COMPLETED',
      })),
      now,
    );
    await pool.settle(await Promise.all(ready.map((each) => settlementOf(each, stores))));
    return waitMs === undefined
      ? done({ started: started.length })
      : later(waitMs, 'matches wait for a place');
  };
};

/** Matches that are ready for their effect, and in how many ms to ask for the others again, if there are any. */
async function placeAll(
  claimed: readonly Starting[],
  place: ReturnType<typeof openPlacement>,
  signal: AbortSignal,
): Promise<{ ready: Starting[]; waitMs: number | undefined }> {
  const wanting = claimed.filter(({ failure }) => !failure).map(({ match }) => match);
  const placements = await place(wanting, signal);
  const ready: Starting[] = [];
  let waitMs: number | undefined;
  for (const each of claimed) {
    const placement = placements.get(each.match.matchId);
    switch (placement?.kind) {
      case undefined:
        ready.push(each);
        break;
      case 'placed':
        ready.push({ ...each, gameSession: placement.gameSession });
        break;
      case 'failed':
        ready.push({ ...each, failure: { reason: 'PlacementFailed', message: placement.message } });
        break;
      case 'waiting':
        waitMs = Math.min(waitMs ?? placement.ms, placement.ms);
    }
  }
  return { ready, waitMs };
}

/** Lets the running matches that backfilled ones go on from end in them. One that is over takes no players. */
async function goOn(ready: readonly Starting[], matches: Matches): Promise<Starting[]> {
  const continued = await continueMatches(
    ready.filter(({ failure }) => !failure).map(({ match }) => match),
    matches,
  );
  return ready.map((each) => {
    const from = continued.get(each.match.matchId);
    if (from === undefined) return each;
    return from === 'over' ? { ...each, failure: over } : { ...each, inherited: inherit(from, each.match) };
  });
}

async function settlementOf(
  { match, failure, gameSession, inherited }: Starting,
  { installed }: StartMatchStores,
): Promise<Settlement> {
  if (failure) return { match, status: 'FAILED', ...failure };
  const automatic = await backfillOf(match, inherited?.left ?? [], installed);
  return { match, status: 'COMPLETED', reason: '', message: '', gameSession, automatic };
}

/** Each team's chance to win, by match: what the players' ratings say before it is played. */
async function predict(
  committed: readonly CommittedMatch[],
  { ladders, players }: StartMatchStores,
): Promise<Map<string, number[]>> {
  const playerIds = committed.flatMap((match) => match.teams.flatMap((team) => team.playerIds));
  const [ladderOf, found] = await Promise.all([
    ladders.read(committed.map((match) => match.ladder)),
    players.find([...new Set(playerIds)]),
  ]);
  return new Map(
    committed.map(({ matchId, ladder, now, teams }) => {
      const { season = 0, settings = defaultSettings } = ladderOf.get(ladder) ?? {};
      const contenders = teams.map((team) =>
        team.playerIds.map((playerId) => ({
          playerId,
          rating: ratingOn(found.get(playerId), ladder) ?? newcomer,
        })),
      );
      return [matchId, winChances(contenders, { at: now, season }, settings)];
    }),
  );
}

/** Who goes into a match; who is playing already moves on with it, whoever has left stays out. */
const boardings = ({ match, inherited }: Starting): Boarding[] =>
  match.tickets.flatMap((ticket) => {
    const playing = ticket.ticketId === match.backfill?.ticketId;
    return ticket.players
      .filter(({ playerId }) => !(playing && inherited?.left?.includes(playerId)))
      .map(({ playerId, sessionId }) => ({
        playerId,
        sessionId,
        matchId: match.matchId,
        matchAt: match.asOf,
        ...(playing && { fromMatch: match.backfill?.matchId }),
      }));
  });
