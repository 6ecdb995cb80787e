import type { TicketExplanation } from '../../jobs/matchmaking/ticket-explanation.ts';
import { stageStarts } from '../../jobs/rule-set/at-age.ts';
import type { RuleSet } from '../../jobs/rule-set/load.ts';
import { RequestError } from '../request-error.ts';
import type { ActivityReader } from './activity.ts';
import type { PoolReader, PoolState } from './pools.ts';
import type { TicketState, TicketStates } from './ticket-state.ts';

/** A pool with its oldest tickets. */
export interface DescribedPool extends PoolState {
  readonly pausedSince?: string;
  /**
   * For how long no match has been decided, because the queue store is yet to be compared with the record;
   * absent: it has been.
   */
  readonly comparisonWaitSeconds?: number;
  /** Of this pool: matches whose players are asked. */
  readonly proposals: number;
  /**
   * Of its configuration: matches decided and not confirmed; and of all configurations, against the cap of
   * 50,000.
   */
  readonly outbox: { readonly ofConfiguration: number; readonly all: number };
  readonly oldest: readonly WaitingTicket[];
}

interface WaitingTicket {
  readonly ticketId: string;
  readonly players: number;
  readonly waitingSeconds: number;
  readonly timesOutInSeconds: number;
  /** Which expansion stage its age has reached, from 1, of how many; 1 of 1 without expansions. */
  readonly stage: number;
  readonly stages: number;
  /** Why it waits, of the first few; with no worker to say so, that. */
  readonly why?: string;
}

/** Tickets asked about: an answer takes their pool some 10 ms. */
const explained = 3;

/** Other pools that are named where one is not there. */
const poolsNamed = 20;

export interface DescribePoolParts {
  readonly pools: PoolReader;
  readonly activity: ActivityReader;
  readonly states: TicketStates;
  readonly explain: (ticketId: string) => Promise<TicketExplanation>;
}

export async function describePool(
  name: string,
  most: number,
  ruleSet: RuleSet | undefined,
  { pools, activity, states, explain }: DescribePoolParts,
): Promise<DescribedPool> {
  const pool = await pools.poolState(name);
  const [pausedSince, uncomparedSince, proposals, outbox, ids, { now }] = await Promise.all([
    states.pausedSince(pool.configuration),
    pools.uncomparedSince(),
    pools.proposals(name),
    pools.outbox(pool.configuration),
    pools.oldestTickets(name, most),
    activity.clock(),
  ]);
  if (pool.tickets === 0 && proposals.ofPool === 0) await requirePool(name, pool.configuration, pools);
  const tickets = (await Promise.all(ids.map(states.ticketState))).filter((it) => it !== undefined);
  const reasons = await Promise.all(
    tickets.slice(0, explained).map(({ ticketId }) => why(ticketId, explain)),
  );
  const starts = ruleSet ? stageStarts(ruleSet) : [0];
  return {
    ...pool,
    ...(pausedSince && { pausedSince }),
    ...(uncomparedSince !== undefined && {
      comparisonWaitSeconds: Math.max(0, Math.round((now - uncomparedSince) / 1_000)),
    }),
    proposals: proposals.ofPool,
    outbox,
    oldest: tickets.map((ticket, at) => ({
      ...waiting(ticket, starts, now),
      ...(reasons[at] && { why: reasons[at] }),
    })),
  };
}

/**
 * Throws `not-found` for a pool that holds nothing and is not the only one of its configuration: its name may
 * be a slip.
 */
async function requirePool(name: string, configuration: string, pools: PoolReader): Promise<void> {
  const others = await pools.poolsOf(configuration);
  if (name === configuration && others.length === 0) return;
  const names = others.slice(0, poolsNamed).map((it) => it.pool);
  const more = others.length > poolsNamed ? ` and ${others.length - poolsNamed} more` : '';
  throw new RequestError(
    'not-found',
    `nobody searches in pool ${name}; pools of ${configuration} with tickets: ${names.join(', ') || 'none'}${more}`,
  );
}

/** Without a worker everything else is still worth seeing, so its absence is the answer. */
async function why(ticketId: string, explain: DescribePoolParts['explain']): Promise<string> {
  try {
    return (await explain(ticketId)).summary;
  } catch (error) {
    if (error instanceof RequestError) return error.message;
    throw error;
  }
}

function waiting(
  { ticketId, players, since, deadline = since }: TicketState,
  stageStart: readonly number[],
  now: number,
) {
  const age = now - since;
  return {
    ticketId,
    players: players.length,
    waitingSeconds: Math.round(age / 1_000),
    timesOutInSeconds: Math.round((deadline - now) / 1_000),
    stage: stageStart.filter((from) => from <= age).length,
    stages: stageStart.length,
  };
}
