import type { z } from 'zod';
import { type Actor, done, maxItems, problemsOf, refusalsOf } from '../../jobs/contract.ts';
import { configurationOf } from '../../jobs/matchmaking/pool-name.ts';
import { checkTicket } from '../../jobs/matchmaking/rule-set/check-ticket.ts';
import type { startMatchmaking } from '../../jobs/matchmaking/start-matchmaking.ts';
import type { TicketPlayer } from '../../jobs/matchmaking/ticket.ts';
import type { Handler } from '../handler.ts';
import type { Configurations } from '../pool/configurations.ts';
import type { Pool } from '../pool/pool.ts';
import type { Entering, Reservation } from '../pool/tickets.ts';
import { batched } from '../telemetry/batched.ts';
import type { Tracer } from '../telemetry/tracer.ts';

export interface StartMatchmakingStores {
  readonly pool: Pool;
  readonly tracer: Tracer;
  readonly configurations: Configurations;
  /** Adds form-matches for a pool. */
  readonly wake: (pool: string) => Promise<void>;
  /**
   * A configuration that this worker cannot run (it is older than who put it). Its tickets stay reserved, and the sweep
   * asks for them again, of a worker that can.
   */
  readonly onUnready: (configuration: string, error: unknown) => void;
  readonly onStarted: (configuration: string, outcome: 'started' | 'failed', count: number) => void;
}

/** A reservation that may enter, or why it may not. */
type Checked =
  | { readonly players: readonly TicketPlayer[]; readonly pool: string; readonly timeoutMs: number }
  | { readonly problem: string };

/** Two script calls keep Redis busy over a round trip. */
const batch = { maxItems, inFlight: 2, schedule: setImmediate };

/** Lets reserved tickets in; those of concurrently running jobs share their script calls. */
export const startTickets = (stores: StartMatchmakingStores): Handler<StartItem> => {
  const start = batched(stores.tracer, {
    ...batch,
    send: (items: readonly StartItem[]) => enterAll(items, stores),
  });
  return async (items) => done(undefined, refusalsOf(await Promise.all(items.map(start))));
};

/**
 * Checks each reservation again, alone, where the state is: what a producer of another version let through, or a
 * configuration put meanwhile, fails that ticket with its reason and lets its neighbours in. Returns per item why it
 * was refused, if it was.
 */
async function enterAll(
  items: readonly StartItem[],
  { pool, configurations, wake, onStarted, onUnready }: StartMatchmakingStores,
): Promise<(string | undefined)[]> {
  const reservations = await pool.reservations(items.map((item) => item.ticketId));
  const entering: Entering[] = [];
  const failing = [];
  for (const reservation of reservations) {
    if (reservation?.status !== 'QUEUED') continue;
    const { ticketId, configuration } = reservation;
    const checked = await check(reservation, configurations).catch((error: unknown) =>
      onUnready(configuration, error),
    );
    if (!checked) continue;
    if ('problem' in checked)
      failing.push({ ticketId, configuration, reason: 'InvalidTicket', message: checked.problem });
    else
      entering.push({ ticketId, ...checked, estimatedWait: (await pool.waitEstimate(configuration))?.p50 });
  }
  if (failing.length > 0) await pool.refuse(failing);
  const results = entering.length > 0 ? await pool.enter(entering) : [];
  await Promise.all([...new Set(entering.map((ticket) => ticket.pool))].map(wake));

  const ended = (how: (result: string) => boolean) => entering.filter((_, at) => how(results[at] ?? ''));
  const started = ended((result) => result === 'entered');
  const failed = [
    ...failing.map((it) => it.configuration),
    ...ended((it) => it.startsWith('placing')).map((it) => configurationOf(it.pool)),
  ];
  for (const [name, tickets] of Map.groupBy(started, (it) => configurationOf(it.pool)))
    onStarted(name, 'started', tickets.length);
  for (const [name, tickets] of Map.groupBy(failed, (it) => it)) onStarted(name, 'failed', tickets.length);
  return reservations.map((reservation, index) =>
    reservation ? undefined : `ticketId: ${items[index]?.ticketId} was never reserved`,
  );
}

type StartItem = z.output<typeof startMatchmaking.item>;

async function check(reservation: Reservation, configurations: Configurations): Promise<Checked> {
  const current = await configurations.current(reservation.configuration);
  if (!current) return { problem: `configuration: ${reservation.configuration} does not exist` };
  const players = current.party.safeParse(JSON.parse(reservation.players));
  if (!players.success) return { problem: problemsOf(players.error, 'players').join('; ') };
  const actor = JSON.parse(reservation.actor) as Actor;
  if (actor.kind === 'player' && !players.data.some((player) => player.playerId === actor.playerId))
    return { problem: 'players: a player may start only tickets they are in' };
  const problems = checkTicket(current.ruleSet, { players: players.data });
  if (problems.length > 0) return { problem: problems.map((it) => `${it.path}: ${it.message}`).join('; ') };
  return {
    players: players.data,
    pool: current.poolOf(players.data),
    timeoutMs: current.installed.configuration.requestTimeoutSeconds * 1_000,
  };
}
