import { createHash } from 'node:crypto';
import { type Actor, doneEach, later, refusalsOf } from '../../jobs/contract.ts';
import {
  mostVersions,
  type Starting,
  type StartVerdict,
  startSettings,
} from '../../jobs/matchmaking/start-call.ts';
import { uncompared } from '../../jobs/matchmaking/uncompared.ts';
import { type Compiled, type CurrentConfiguration, RuleSetUnloadable } from '../pool/compiled.ts';
import type { Pool } from '../pool/pool.ts';
import type { Tickets } from '../records/tickets.ts';
import type { Handler, ItemCall } from '../runtime/handler.ts';

export interface StartStores {
  readonly pool: Pool;
  readonly compiled: Compiled;
  readonly tickets: Pick<Tickets, 'find'>;
  /** Adds form-matches for a pool. */
  readonly wake: (pool: string) => Promise<void>;
}

/** What the job's result says of a ticket that searches. */
interface Started {
  readonly ticketId: string;
  readonly status: 'SEARCHING';
  readonly startTime: string;
}

interface StartItem {
  readonly configuration: string;
  readonly ticketId?: string | undefined;
}

/** How tickets of a kind are started. */
interface Kind<Item> {
  /** The players as they search, or what is wrong with them. */
  readonly check: (
    item: Item,
    current: CurrentConfiguration,
    actor: Actor,
  ) => Promise<Starting['players'] | string> | Starting['players'] | string;
  readonly send: (
    ticket: Starting,
    item: Item,
  ) => Promise<{ verdict: StartVerdict; pools: readonly string[] }>;
}

/** How long (ms) a job waits for a worker that can load the rule set. */
const unreadyMs = 10_000;

/**
 * Starts tickets for whoever adds jobs with BullMQ alone, as the client does it at the call. Each is checked
 * and started alone. Where a rule set does not load here the job is put off, for a worker that can load it. A
 * job that comes again after its tickets have ended and left the queue store gets its first answer from the
 * record.
 */
export const startEach =
  <Item extends StartItem>(stores: StartStores, kind: Kind<Item>): Handler<Item> =>
  async (items, { actor, calls, repeated }) => {
    const started: (Started | string)[] = [];
    const idOf = (item: Item, index: number) => item.ticketId ?? idFor(calls[index]?.id ?? '');
    const known = repeated ? await stores.tickets.find(items.map(idOf)) : [];
    const ended = new Map(known.map((record) => [record.call, record.start_time]));
    try {
      for (const [index, item] of items.entries()) {
        const call = calls[index] as ItemCall;
        const startTime = ended.get(call.id);
        started.push(
          startTime
            ? { ticketId: idOf(item, index), status: 'SEARCHING', startTime: startTime.toISOString() }
            : await start(item, actor, call, stores, kind),
        );
      }
    } catch (error) {
      if (error instanceof RuleSetUnloadable) return later(unreadyMs, error.message);
      throw error;
    }
    const results = started.map((it) => (typeof it === 'string' ? undefined : it));
    return doneEach(results, refusalsOf(started.map((it) => (typeof it === 'string' ? it : undefined))));
  };

/** Returns why it was refused, if it was. */
async function start<Item extends StartItem>(
  item: Item,
  actor: Actor,
  { id: callId, trace }: ItemCall,
  { pool, compiled, wake }: StartStores,
  { check, send }: Kind<Item>,
): Promise<Started | string> {
  const { configuration, ticketId = idFor(callId) } = item;
  for (let version: number | undefined, tries = 0; tries < mostVersions; tries++) {
    const current = await compiled.current(configuration, version);
    if (!current) return `configuration: ${configuration} does not exist`;
    const players = await check(item, current, actor);
    if (typeof players === 'string') return players;
    const ticket: Starting = {
      ...{ ticketId, configuration, players, actor, callId, trace },
      ...startSettings(current.installed),
      pool: current.poolOf(players),
    };
    const { verdict, pools } = await send(ticket, item);
    await Promise.all(pools.map(wake));
    if (verdict.kind === 'refused') return verdict.reason;
    if (verdict.kind === 'uncompared') throw new Error(uncompared);
    if (verdict.kind === 'searching')
      return { ticketId, status: 'SEARCHING', startTime: new Date(verdict.startTime).toISOString() };
    version = (await pool.settings.installed(configuration))?.version;
  }
  return `configuration: ${configuration} changes too fast`;
}

/** A ticket id for a call whose own may be any text. */
const idFor = (callId: string): string =>
  `job-${createHash('sha256').update(callId).digest('hex').slice(0, 32)}`;
