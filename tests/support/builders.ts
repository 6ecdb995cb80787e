import { randomUUID } from 'node:crypto';
import type { InstalledConfiguration } from '../../jobs/configuration/configuration.ts';
import { type PoolSplit, poolSplits } from '../../jobs/configuration/pool-name.ts';
import type { CommittedMatch } from '../../jobs/match/match.ts';
import type { Backfilling } from '../../jobs/matchmaking/backfill-call.ts';
import type { Starting } from '../../jobs/matchmaking/start-call.ts';
import { loadRuleSet } from '../../jobs/rule-set/load.ts';
import { flexMatchLimits } from '../../jobs/ticket/limits.ts';
import type { TicketPlayer } from '../../jobs/ticket/ticket.ts';
import type { PooledTicket } from '../../workers/pool/changes.ts';

export const aPlayer = (playerId: string, skill = 10): TicketPlayer => ({
  playerId,
  attributes: { skill: { N: skill } },
});

const actor = { kind: 'service', name: 'test' } as const;

/**
 * A ticket to start in `duel`, by a call of its own; its id is also its only player unless players are named.
 */
export const aTicket = (ticketId: string, playerIds: readonly string[] = [ticketId]): Starting => ({
  ticketId,
  configuration: 'duel',
  version: 1,
  pool: 'duel',
  timeoutMs: 60_000,
  players: playerIds.map((id) => aPlayer(id)),
  actor,
  callId: randomUUID(),
  unrated: false,
});

/** A backfill ticket to start, by a call of its own, for players of the match `fills`. */
export const aBackfill = (
  ticketId: string,
  players: readonly TicketPlayer[],
  fills = 'running',
): Backfilling => ({ ...aTicket(ticketId), players, fills });

/** One against one, skills at most 10 apart. */
export const duelRuleSet = JSON.stringify({
  name: 'duel',
  ruleLanguageVersion: '1.0',
  playerAttributes: [{ name: 'skill', type: 'number', default: 10 }],
  teams: [{ name: 'side', minPlayers: 1, maxPlayers: 1, quantity: 2 }],
  rules: [
    {
      name: 'Close',
      type: 'distance',
      measurements: ['max(flatten(teams[*].players.attributes[skill]))'],
      referenceValue: 'min(flatten(teams[*].players.attributes[skill]))',
      maxDistance: 10,
    },
  ],
});

/** What splits configurations that run this rule set. */
export function splitOf(body: string): PoolSplit[] {
  const loaded = loadRuleSet(body);
  return loaded.ok ? poolSplits(loaded.ruleSet) : [];
}

export const aConfiguration = (version = 1): InstalledConfiguration => ({
  configuration: {
    name: 'duel',
    ruleSetName: 'duel',
    requestTimeoutSeconds: 60,
    acceptanceRequired: false,
    backfillMode: 'MANUAL',
    flexMatchMode: 'STANDALONE',
    order: 'closest',
    ladder: 'default',
    minimumIntervalSeconds: 0,
    minimumHoldSeconds: 0,
    ratingAttributes: {},
    avoidRecentOpponents: 0,
    limits: flexMatchLimits,
    placement: { kind: 'none' },
  },
  version,
  ruleSet: { name: 'duel', version: 1, body: duelRuleSet },
  split: [],
});

/** A match of pooled tickets, each on a side of its own. It goes on from the match that one of them fills. */
export const aMatch = (matchId: string, tickets: readonly PooledTicket[]): CommittedMatch => ({
  ...goingOn(tickets.find((it) => it.fills !== undefined)),
  matchId,
  configuration: 'duel',
  ladder: 'default',
  ruleSet: { name: 'duel', version: 1 },
  now: 1_000,
  asOf: 1_000,
  seed: 1,
  tickets: tickets.map(({ ticketId, startTime, sequence, players }) => ({
    ticketId,
    startTime,
    age: 0,
    sequence,
    players: [...players],
  })),
  teams: tickets.map(({ players }, index) => ({
    name: `side_${index + 1}`,
    playerIds: players.map((player) => player.playerId),
  })),
});

const goingOn = (company: PooledTicket | undefined): Pick<CommittedMatch, 'backfill'> =>
  company?.fills === undefined ? {} : { backfill: { matchId: company.fills, ticketId: company.ticketId } };
