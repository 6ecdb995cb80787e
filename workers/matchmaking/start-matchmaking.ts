import { createHash } from 'node:crypto';
import type { z } from 'zod';
import { type Actor, doneEach, later, problemsOf, refusalsOf } from '../../jobs/contract.ts';
import { withoutRatings } from '../../jobs/matchmaking/rating-attributes.ts';
import { checkTicket } from '../../jobs/matchmaking/rule-set/check-ticket.ts';
import type { Starting, StartVerdict } from '../../jobs/matchmaking/start-call.ts';
import type { startMatchmaking } from '../../jobs/matchmaking/start-matchmaking.ts';
import type { Handler, ItemCall } from '../handler.ts';
import { type Configurations, RuleSetUnloadable } from '../pool/configurations.ts';
import type { Pool } from '../pool/pool.ts';

export interface StartMatchmakingStores {
  readonly pool: Pool;
  readonly configurations: Configurations;
  /** Adds form-matches for a pool. */
  readonly wake: (pool: string) => Promise<void>;
}

type StartItem = z.output<typeof startMatchmaking.item>;

/** What the job's result says of a ticket that searches. */
interface Started {
  readonly ticketId: string;
  readonly status: 'SEARCHING';
  readonly startTime: string;
}

/** How often a start is tried that meets a newer version of its configuration each time. */
const mostVersions = 3;

/** How long (ms) a job waits for a worker that can load the rule set. */
const unreadyMs = 10_000;

/**
 * Starts tickets for whoever adds jobs with BullMQ alone, as the client does it at the call. Each is checked and started alone.
 * Where a rule set does not load here the job is put off, for a worker that can load it.
 */
export const startTickets =
  (stores: StartMatchmakingStores): Handler<StartItem> =>
  async (items, { actor, calls }) => {
    const started: (Started | string)[] = [];
    try {
      for (const [index, item] of items.entries())
        started.push(await start(item, actor, calls[index] as ItemCall, stores));
    } catch (error) {
      if (error instanceof RuleSetUnloadable) return later(unreadyMs, error.message);
      throw error;
    }
    const results = started.map((it) => (typeof it === 'string' ? undefined : it));
    return doneEach(results, refusalsOf(started.map((it) => (typeof it === 'string' ? it : undefined))));
  };

/** Returns why it was refused, if it was. */
async function start(
  item: StartItem,
  actor: Actor,
  { id: callId, trace }: ItemCall,
  { pool, configurations, wake }: StartMatchmakingStores,
): Promise<Started | string> {
  const ticketId = item.ticketId ?? idFor(callId);
  for (let version: number | undefined, tries = 0; tries < mostVersions; tries++) {
    const starting = await check(item, actor, configurations, version);
    if (typeof starting === 'string') return starting;
    const estimatedWait = (await pool.waitEstimate(item.configuration))?.p50;
    const { pools, verdicts } = await pool.start([{ ...starting, ticketId, callId, trace, estimatedWait }]);
    await Promise.all(pools.map(wake));
    const verdict: StartVerdict | undefined = verdicts[0];
    if (verdict?.kind === 'refused') return verdict.reason;
    if (verdict?.kind === 'searching')
      return { ticketId, status: 'SEARCHING', startTime: new Date(verdict.startTime).toISOString() };
    version = (await pool.installed(item.configuration))?.version;
  }
  return `configuration: ${item.configuration} changes too fast`;
}

/** A ticket id for a call whose own may be any text. */
const idFor = (callId: string): string =>
  `job-${createHash('sha256').update(callId).digest('hex').slice(0, 32)}`;

/** What the script needs of a ticket, or what is wrong with it. `version`: of the configuration in force, when it is known. */
async function check(
  { configuration, players: given }: StartItem,
  actor: Actor,
  configurations: Configurations,
  version: number | undefined,
): Promise<Omit<Starting, 'ticketId' | 'callId'> | string> {
  const current = await configurations.current(configuration, version);
  if (!current) return `configuration: ${configuration} does not exist`;
  const parsed = current.party.safeParse(given);
  if (!parsed.success) return problemsOf(parsed.error, 'players').join('; ');
  // A ticket of several would cancel the older tickets of players who did not ask for it.
  if (actor.kind === 'player' && parsed.data.some((player) => player.playerId !== actor.playerId))
    return 'players: a player may start only a ticket of their own';
  const { requestTimeoutSeconds, ratingAttributes } = current.installed.configuration;
  const players = withoutRatings(parsed.data, ratingAttributes);
  const problems = checkTicket(current.ruleSet, { players });
  if (problems.length > 0) return problems.map((it) => `${it.path}: ${it.message}`).join('; ');
  return {
    configuration,
    version: current.installed.version,
    pool: current.poolOf(players),
    timeoutMs: requestTimeoutSeconds * 1_000,
    players,
    actor,
    unrated: Object.keys(ratingAttributes).length > 0,
  };
}
