import type { z } from 'zod';
import { done, later } from '../../jobs/contract.ts';
import type { CommittedMatch } from '../../jobs/match/match.ts';
import type { GameSession } from '../../jobs/session/placement.ts';
import { startMatch } from '../../jobs/session-creation/jobs.ts';
import type { Compiled } from '../pool/compiled.ts';
import type { Ladders } from '../records/ladders.ts';
import { type Inherited, inherit } from '../records/match-record.ts';
import type { Matches } from '../records/matches.ts';
import type { Players } from '../records/players.ts';
import { predict } from '../records/predict.ts';
import type { Tickets } from '../records/tickets.ts';
import type { Queues } from '../runtime/enqueue.ts';
import { duty, type Handler, type OpenDuty } from '../runtime/handler.ts';
import { serveTickets } from '../telemetry/serve-tickets.ts';
import { claimTickets } from './claim-tickets.ts';
import { continueMatches } from './continued.ts';
import { openPlacement, type Placement, type PlacementStores } from './placement.ts';
import { matchOver, settleStored } from './settle-stored.ts';
import { takeApart } from './take-apart.ts';

export interface StartMatchStores extends PlacementStores {
  readonly tickets: Tickets;
  readonly matches: Matches;
  readonly ladders: Ladders;
  readonly players: Players;
  readonly compiled: Compiled;
  readonly queues: Pick<Queues, 'enqueue'>;
  /**
   * A match was stored as FAILED because the record refuses it or one of its claims, with the record's
   * reason.
   */
  readonly onRefused: (matchId: string, reason: string) => void;
}

/**
 * Why a decided match cannot be played after all: a word and a sentence for its tickets, which are FAILED
 * with it.
 */
interface Failure {
  readonly reason: string;
  readonly message: string;
}

/** A decided match on its way to its effect. */
interface Starting {
  readonly match: CommittedMatch;
  readonly failure?: Failure | undefined;
  /** Its tickets that fail with it, where that is not all of them. */
  readonly failing?: ReadonlySet<string> | undefined;
  readonly gameSession?: GameSession | undefined;
  /** What it takes over from the running match it goes on from, where the fleet knows that. */
  readonly inherited?: Inherited | undefined;
}

const taken: Failure = {
  reason: 'TicketInAnotherMatch',
  message: 'A ticket of this match already belongs to another match.',
};
const over: Failure = {
  reason: matchOver,
  message: 'The match that wanted players ended before they could join.',
};
const unclaimed: Failure = {
  reason: 'MatchNotStored',
  message: 'A ticket of this match could not be stored.',
};
const notPlaced = (message: string): Failure => ({ reason: 'PlacementFailed', message });

export const startMatchDuty: OpenDuty<Omit<StartMatchStores, 'queues' | 'onRefused'>> = (
  stores,
  { queues, log },
) => {
  const onRefused = (match: string, reason: string) =>
    log.error({ match, reason }, 'DocumentDB refuses a match');
  return duty(startMatch, startMatches({ ...stores, queues, onRefused }));
};

/**
 * Gives decided matches their effect. Tickets are claimed, then the match is placed, then one insert by its
 * id decides: what is stored, by whomever, is what becomes of it. Tickets are settled by that, and the outbox
 * entry goes last: whatever dies between, the entry is still there and the beat hands the match over again.
 * Until it is gone a result waits, so it finds the match stored. A match that is backfilled ends before the
 * insert, so its result comes either before or after. A match without a place stays in the outbox, and its
 * job is put off.
 *
 * A match that is given up goes the same way, from the insert on. One that cannot be started leaves its
 * neighbours be.
 */
export const startMatches = (stores: StartMatchStores): Handler<z.output<typeof startMatch.item>> => {
  const place = openPlacement(stores);
  return async (items, { signal }) => {
    const decided = await stores.pool.matches.decided(items.map((item) => item.matchId));
    if (decided.length === 0) return done({ started: 0 });
    for (const match of decided) serveTickets(stores.tracer, match);
    const givenUp = new Map(items.map(({ matchId, givenUp: why }) => [matchId, why]));
    const waits: number[] = [];
    let started = 0;
    const start = async (some: readonly CommittedMatch[]) => {
      const now = new Date();
      const wanted = some.filter(({ matchId }) => givenUp.get(matchId) === undefined);
      const [claimed, chances] =
        wanted.length > 0
          ? await Promise.all([claim(wanted, now, stores), predict(wanted, stores)])
          : [[], new Map<string, number[]>()];
      const { placed, waitMs } = await placeAll(claimed, place, signal);
      if (waitMs !== undefined) waits.push(waitMs);
      const dropped = some.flatMap((match): Starting[] => {
        const why = givenUp.get(match.matchId);
        return why === undefined ? [] : [{ match, failure: notPlaced(why) }];
      });
      const ready = [...(await goOn(placed, stores, now)), ...dropped];
      const { stored, refused } = await stores.matches.create(
        ready.map(({ match, failure, failing, gameSession, inherited }) => ({
          match,
          failing,
          gameSession,
          inherited,
          chances: chances.get(match.matchId),
          status: failure ? 'FAILED' : 'COMPLETED',
          ...failure,
        })),
        now,
      );
      for (const [matchId, reason] of refused) stores.onRefused(matchId, reason);
      started += await settleStored(
        ready.map(({ match }) => match),
        stored,
        stores,
      );
    };
    await takeApart(decided, start, signal);
    return waits.length === 0 ? done({ started }) : later(Math.min(...waits), 'matches wait for a place');
  };
};

async function claim(
  wanted: readonly CommittedMatch[],
  now: Date,
  stores: StartMatchStores,
): Promise<Starting[]> {
  const { second, refused } = await claimTickets(wanted, now, stores);
  for (const [matchId, reason] of refused) stores.onRefused(matchId, reason);
  return wanted.map((match) => {
    const failing = second.get(match.matchId);
    if (failing) return { match, failing, failure: taken };
    return refused.has(match.matchId) ? { match, failure: unclaimed } : { match };
  });
}

/** Matches that are ready to be stored, and in how many ms to ask for the others again, if there are any. */
async function placeAll(
  claimed: readonly Starting[],
  place: ReturnType<typeof openPlacement>,
  signal: AbortSignal,
): Promise<{ placed: Starting[]; waitMs: number | undefined }> {
  const wanting = claimed.filter(({ failure }) => !failure).map(({ match }) => match);
  const placements = await place(wanting, signal);
  const waits = [...placements.values()].flatMap((it) => (it.kind === 'waiting' ? [it.ms] : []));
  return {
    placed: claimed.flatMap((each) => placedAs(each, placements.get(each.match.matchId))),
    waitMs: waits.length > 0 ? Math.min(...waits) : undefined,
  };
}

/** Nothing for a match that waits. */
function placedAs(each: Starting, placement: Placement | undefined): Starting[] {
  switch (placement?.kind) {
    case undefined:
      return [each];
    case 'placed':
      return [{ ...each, gameSession: placement.gameSession }];
    case 'failed':
      return [{ ...each, failure: notPlaced(placement.message) }];
    case 'waiting':
      return [];
  }
}

/**
 * Lets the running matches that backfilled ones go on from end in them. One that is over takes no players.
 */
async function goOn(ready: readonly Starting[], stores: StartMatchStores, now: Date): Promise<Starting[]> {
  const continued = await continueMatches(
    ready.filter(({ failure }) => !failure).map(({ match }) => match),
    stores,
    now,
  );
  return ready.map((each) => {
    const from = continued.get(each.match.matchId);
    if (from === undefined) return each;
    if (from !== 'over') return { ...each, inherited: inherit(from, each.match) };
    return { ...each, failure: over, failing: new Set([each.match.backfill?.ticketId ?? '']) };
  });
}
