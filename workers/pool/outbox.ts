import type { Redis } from 'ioredis';
import type { DomainKeys } from '../../jobs/keys.ts';
import type { CommittedMatch } from '../../jobs/match/match.ts';
import { handoverPatience } from '../../jobs/matchmaking/accept-call.ts';
import { type Company, seatsOf } from '../../jobs/matchmaking/backfill.ts';
import type { Pass } from '../../jobs/matchmaking/engine/match.ts';
import type { BindScript } from '../../jobs/scripts/bind.ts';
import type { GameSession, PlacementOutcome } from '../../jobs/session/placement.ts';
import { ruleMetrics } from './events.ts';
import { matchDetail, ticketsWithTeams } from './match-detail.ts';

/** A match to decide, with the start-match job that will carry it. */
export interface Commit {
  readonly match: CommittedMatch;
  readonly jobId: string;
  /** Revisions of its tickets, in their order, as the match was formed from. */
  readonly revisions: readonly number[];
  /** How often each rule passed and failed in the pass that formed it, as events tell. */
  readonly ruleEvaluations: Pass['ruleEvaluations'];
}

/**
 * `repeated`: this very match was committed before. `changed`: one of its tickets is not what it was, so none
 * was taken. `paused`: an operator paused the configuration while the match was being formed. `uncompared`:
 * the store may lack decisions that the record has.
 */
export type Verdict = 'committed' | 'repeated' | 'changed' | 'outbox-full' | 'paused' | 'uncompared';

export interface Settlement {
  /** With the tickets that end. */
  readonly match: CommittedMatch;
  /** Of a FAILED match: ids of its other tickets. They search again. */
  readonly again?: readonly string[];
  readonly status: 'COMPLETED' | 'FAILED';
  readonly reason: string;
  readonly message: string;
  /** Where it is played, when somebody placed it. */
  readonly gameSession?: GameSession | undefined;
  /** It is over on record; of a FAILED match: the one that it should go on from is. */
  readonly isOver?: boolean;
}

/** A match whose effect was not confirmed in time. */
export interface Overdue {
  readonly jobId: string;
  readonly match: CommittedMatch;
  /** Since it was decided, ms. */
  readonly age: number;
}

/** Beyond this many unconfirmed matches cycles pause: DocumentDB is away, and what waits here is memory. */
const outboxCap = 50_000;
/** A pool the beat woke is woken again after this long (ms), should its cycle have died. */
const wakePatience = 2_000;

const verdicts: Readonly<Record<string, Verdict>> = {
  '1': 'committed',
  '2': 'repeated',
  '0': 'changed',
  '-1': 'outbox-full',
  '-2': 'paused',
  '-3': 'uncompared',
};

/** Matches from commit to confirmed effect: decided, handed over, settled. */
export function openOutbox(redis: Redis, keys: DomainKeys, script: BindScript) {
  const run = {
    commit: script<[string, ...number[]]>('commit'),
    placements: script<string[]>('placements'),
    place: script<string>('place'),
    settle: script<number[]>('settle'),
    oldMatches: script<string[]>('old-matches'),
    beat: script<[string, string[], string[], number]>('beat'),
  };

  return {
    /**
     * Decides each match whole or not at all; `now` is the fleet time of the decision, ms. With `acceptMs`
     * its players are asked first, and have that long to answer. `company`: what finds it company as long as
     * it is live.
     */
    async commit(
      pool: string,
      commits: readonly Commit[],
      acceptMs?: number,
      company?: Company,
    ): Promise<{ now: number; verdicts: Verdict[] }> {
      const asked = {
        acceptanceRequired: acceptMs !== undefined,
        ...(acceptMs !== undefined && { acceptanceTimeout: acceptMs / 1_000 }),
      };
      const args = commits.flatMap(({ match, jobId, revisions, ruleEvaluations }) => [
        match.matchId,
        jobId,
        JSON.stringify(match),
        JSON.stringify(matchDetail(match, { ...asked, ruleEvaluationMetrics: ruleMetrics(ruleEvaluations) })),
        acceptMs === undefined ? '' : JSON.stringify(ticketsWithTeams(match)),
        match.tickets.length,
        ...match.tickets.flatMap((ticket, index) => [ticket.ticketId, revisions[index] ?? 0]),
        ...seatArguments(match, company),
      ]);
      const [now, ...codes] = await run.commit(
        ...[pool, outboxCap, handoverPatience, acceptMs ?? '', company?.mostPlayers ?? ''],
        ...[company?.timeoutMs ?? '', ...args],
      );
      return { now: Number(now), verdicts: codes.map((code) => verdicts[code] ?? 'changed') };
    },

    /** Decided matches by id, as the outbox holds them; those settled meanwhile are left out. */
    async decided(matchIds: readonly string[]): Promise<CommittedMatch[]> {
      if (matchIds.length === 0) return [];
      const entries = await redis.hmget(keys.outbox(), ...matchIds);
      return entries.flatMap((entry) => (entry ? [JSON.parse(entry) as CommittedMatch] : []));
    },

    /**
     * Per decided match its age since it was decided (ms), and what came of placing it, once that is known.
     */
    async placements(
      matchIds: readonly string[],
    ): Promise<{ age: number; outcome: PlacementOutcome | undefined }[]> {
      const flat = await run.placements(...matchIds);
      return matchIds.map((_, at) => ({ age: Number(flat[2 * at]), outcome: readOutcome(flat[2 * at + 1]) }));
    },

    /**
     * Notes what came of placing a match, unless that is noted already; `undefined` when it was settled
     * before.
     */
    place: async (matchId: string, outcome: PlacementOutcome): Promise<PlacementOutcome | undefined> =>
      readOutcome(await run.place(matchId, JSON.stringify(outcome))),

    /** Matches decided and not yet settled. */
    outboxLength: (): Promise<number> => redis.hlen(keys.outbox()),

    /**
     * Ends matches whose effect is stored, or cannot be. Returns, in order, whether each was settled by this
     * call.
     */
    async settle(settlements: readonly Settlement[]): Promise<boolean[]> {
      const args = settlements.flatMap(
        ({ match, again = [], status, reason, message, gameSession, isOver }) => [
          match.matchId,
          status,
          reason,
          message,
          JSON.stringify(
            status === 'COMPLETED'
              ? placedDetail(match, gameSession)
              : matchDetail(match, { reason, message }),
          ),
          gameSession ? JSON.stringify({ kind: 'placed', gameSession } satisfies PlacementOutcome) : '',
          isOver ? 1 : '',
          match.tickets.length,
          ...match.tickets.map((ticket) => ticket.ticketId),
          again.length,
          ...again,
        ],
      );
      return (await run.settle(...args)).map((settled) => settled === 1);
    },

    /** Matches that have been live for so long (ms), the oldest first. */
    oldMatches: (ageMs: number, most = 100): Promise<string[]> => run.oldMatches(ageMs, most),

    /** Whether the store takes nothing more: then it refuses this, which changes nothing. */
    isFull: (): Promise<boolean> =>
      redis.zadd(keys.due(), 'XX', 0, '').then(
        () => false,
        (error: Error) => {
          if (error.message.startsWith('OOM ')) return true;
          throw error;
        },
      ),

    /**
     * What time alone has made due by `now`, fleet time in ms: pools to wake, matches to hand over again.
     * Each goes to one caller. `uncompared`: cycles wait until the store has been compared with the record.
     */
    async beat(
      most = 100,
    ): Promise<{ now: number; pools: string[]; overdue: Overdue[]; uncompared: boolean }> {
      const [now, pools, flat, uncompared] = await run.beat(most, wakePatience, handoverPatience);
      const overdue = Array.from({ length: flat.length / 3 }, (_, at) => {
        const match = JSON.parse(flat[3 * at + 2] ?? '') as CommittedMatch;
        return { jobId: flat[3 * at + 1] ?? '', match, age: Number(now) - Number(flat[3 * at] ?? now) };
      });
      return { now: Number(now), pools, overdue, uncompared: uncompared === 1 };
    },
  };
}

function seatArguments(match: CommittedMatch, company: Company | undefined): (string | number)[] {
  const seats = seatsOf(match, company);
  return [seats.length, ...seats.flat()];
}

/** The detail of MatchmakingSucceeded: where the match is played, and what each player shows the server. */
function placedDetail(match: CommittedMatch, gameSession: GameSession | undefined) {
  if (!gameSession) return matchDetail(match, {});
  const { playerSessions = [], ...gameSessionInfo } = gameSession;
  const sessionOf = new Map(playerSessions.map((it) => [it.playerId, it.playerSessionId]));
  const tickets = ticketsWithTeams(match).map((ticket) => ({
    ...ticket,
    players: ticket.players.map((player) => ({
      ...player,
      playerSessionId: sessionOf.get(player.playerId),
    })),
  }));
  return matchDetail(match, { tickets, gameSessionInfo });
}

const readOutcome = (json: string | undefined): PlacementOutcome | undefined =>
  json ? (JSON.parse(json) as PlacementOutcome) : undefined;
