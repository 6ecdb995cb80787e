import type { z } from 'zod';
import { type Actor, done, maxItems, problemsOf, refusalsOf } from '../../jobs/contract.ts';
import { configurationOf } from '../../jobs/matchmaking/pool-name.ts';
import { type RatingAttributes, withoutRatings } from '../../jobs/matchmaking/rating-attributes.ts';
import { checkTicket } from '../../jobs/matchmaking/rule-set/check-ticket.ts';
import type { startMatchmaking } from '../../jobs/matchmaking/start-matchmaking.ts';
import type { Handler } from '../handler.ts';
import { type Configurations, RuleSetUnloadable } from '../pool/configurations.ts';
import type { Pool } from '../pool/pool.ts';
import type { Entering, Reservation } from '../pool/tickets.ts';
import { batched } from '../telemetry/batched.ts';
import type { Tracer } from '../telemetry/tracer.ts';
import type { Unrated } from './rating-attributes.ts';

export interface StartMatchmakingStores {
  readonly pool: Pool;
  readonly tracer: Tracer;
  readonly configurations: Configurations;
  /** Gives tickets the attributes their configurations take from ratings; throws while the record is away. */
  readonly rate: (tickets: readonly Unrated[]) => Promise<Entering[]>;
  /** Adds form-matches for a pool. */
  readonly wake: (pool: string) => Promise<void>;
  /**
   * A configuration that this worker cannot run (it is older than who put it). Its tickets stay reserved, and the sweep
   * asks for them again, of a worker that can.
   */
  readonly onUnready: (configuration: string, error: unknown) => void;
  /** So many tickets of a configuration have entered. */
  readonly onStarted: (configuration: string, count: number) => void;
}

/** A reservation that may enter, or why it may not. */
type Checked =
  | (Omit<Entering, 'ticketId'> & { readonly unrated?: RatingAttributes; readonly ladder: string })
  | { readonly problem: string };

/** Two script calls keep Redis busy over a round trip. */
const batch = { maxItems, inFlight: 2, schedule: setImmediate };

/**
 * Lets reserved tickets in; those of concurrently running jobs share their script calls. Tickets whose ratings have to be
 * read first follow in calls of their own, so that a DocumentDB that is slow or away holds up nobody else: it throws, and the job
 * is put off for them.
 */
export const startTickets = (stores: StartMatchmakingStores): Handler<StartItem> => {
  const start = batched(stores.tracer, {
    ...batch,
    send: (items: readonly StartItem[]) => startAll(items, stores),
  });
  const enterRated = batched(stores.tracer, {
    ...batch,
    send: async (tickets: readonly Unrated[]) => {
      await enterAll(await stores.rate(tickets), stores);
      return tickets.map(() => undefined);
    },
  });
  const startOne = async (item: StartItem): Promise<string | undefined> => {
    const started = await start(item);
    return typeof started === 'object' ? enterRated(started) : started;
  };
  return async (items) => done(undefined, refusalsOf(await Promise.all(items.map(startOne))));
};

/**
 * Checks each reservation again, alone, where the state is: what a producer of another version let through, or a
 * configuration put meanwhile, fails that ticket with its reason and lets its neighbours in. Returns per item why it
 * was refused, if it was, or what of it has yet to be rated.
 */
async function startAll(
  items: readonly StartItem[],
  stores: StartMatchmakingStores,
): Promise<(string | Unrated | undefined)[]> {
  const { pool, configurations, onUnready } = stores;
  const reservations = await pool.reservations(items.map((item) => item.ticketId));
  const entering: Entering[] = [];
  const failing = [];
  const unrated = new Map<string, Unrated>();
  for (const reservation of reservations) {
    if (reservation?.status !== 'QUEUED') continue;
    const { ticketId, configuration } = reservation;
    const checked = await check(reservation, configurations).catch((error: unknown) => {
      if (!(error instanceof RuleSetUnloadable)) throw error;
      onUnready(configuration, error);
    });
    if (!checked) continue;
    if ('problem' in checked) {
      failing.push({ ticketId, reason: 'InvalidTicket', message: checked.problem });
      continue;
    }
    const { unrated: taken, ladder, ...rest } = checked;
    const ticket = { ticketId, ...rest, estimatedWait: (await pool.waitEstimate(configuration))?.p50 };
    if (taken) unrated.set(ticketId, { entering: ticket, taken, ladder });
    else entering.push(ticket);
  }
  if (failing.length > 0) await pool.refuse(failing);
  await enterAll(entering, stores);
  return reservations.map((reservation, index) =>
    reservation
      ? unrated.get(reservation.ticketId)
      : `ticketId: ${items[index]?.ticketId} was never reserved`,
  );
}

async function enterAll(
  entering: readonly Entering[],
  { pool, wake, onStarted }: StartMatchmakingStores,
): Promise<void> {
  const results = entering.length > 0 ? await pool.enter(entering) : [];
  await Promise.all([...new Set(entering.map((ticket) => ticket.pool))].map(wake));

  const entered = entering.filter((_, at) => results[at] === 'entered');
  for (const [name, tickets] of Map.groupBy(entered, (it) => configurationOf(it.pool)))
    onStarted(name, tickets.length);
}

type StartItem = z.output<typeof startMatchmaking.item>;

async function check(reservation: Reservation, configurations: Configurations): Promise<Checked> {
  const current = await configurations.current(reservation.configuration);
  if (!current) return { problem: `configuration: ${reservation.configuration} does not exist` };
  const players = current.party.safeParse(JSON.parse(reservation.players));
  if (!players.success) return { problem: problemsOf(players.error, 'players').join('; ') };
  const actor = JSON.parse(reservation.actor) as Actor;
  // A ticket of several would cancel the older tickets of players who did not ask for it.
  if (actor.kind === 'player' && players.data.some((player) => player.playerId !== actor.playerId))
    return { problem: 'players: a player may start only a ticket of their own' };
  const { requestTimeoutSeconds, ratingAttributes, ladder } = current.installed.configuration;
  const own = withoutRatings(players.data, ratingAttributes);
  const problems = checkTicket(current.ruleSet, { players: own });
  if (problems.length > 0) return { problem: problems.map((it) => `${it.path}: ${it.message}`).join('; ') };
  return {
    players: own,
    pool: current.poolOf(own),
    timeoutMs: requestTimeoutSeconds * 1_000,
    ladder,
    ...(Object.keys(ratingAttributes).length > 0 && { unrated: ratingAttributes }),
  };
}
