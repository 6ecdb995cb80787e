import { z } from 'zod';
import { done, problemsOf, type Refusal } from '../../jobs/contract.ts';
import type { InstalledConfiguration } from '../../jobs/matchmaking/configuration.ts';
import { checkTicket } from '../../jobs/matchmaking/rule-set/check-ticket.ts';
import type { startMatchmaking } from '../../jobs/matchmaking/start-matchmaking.ts';
import { type TicketPlayer, ticketLimits, ticketPlayer } from '../../jobs/matchmaking/ticket.ts';
import type { Handler } from '../handler.ts';
import type { Pool } from '../pool/pool.ts';
import type { Reservation } from '../pool/tickets.ts';
import type { Configurations } from './configurations.ts';

export interface StartMatchmakingStores {
  readonly pool: Pool;
  readonly configurations: Configurations;
  /** Adds form-matches for a pool. */
  readonly wake: (pool: string) => Promise<void>;
  readonly onStarted: (configuration: string, outcome: 'started' | 'failed', count: number) => void;
}

const party = z.array(ticketPlayer).min(1).max(ticketLimits.playersPerTicket);

/** A reservation that may enter, or why it may not. */
type Checked =
  | { readonly players: readonly TicketPlayer[]; readonly installed: InstalledConfiguration }
  | { readonly problem: string };

/**
 * Checks each reservation again, alone, where the state is: what a producer of another version let through, or a
 * configuration put meanwhile, fails that ticket with its reason and lets its neighbours in.
 */
export const startTickets =
  ({ pool, configurations, wake, onStarted }: StartMatchmakingStores): Handler<StartItem> =>
  async (items) => {
    const reservations = await pool.reservations(items.map((item) => item.ticketId));
    const refusals: Refusal[] = [];
    const entering = [];
    const failing = [];
    for (const [index, reservation] of reservations.entries()) {
      if (!reservation) {
        refusals.push({ index, reason: `ticketId: ${items[index]?.ticketId} was never reserved` });
        continue;
      }
      if (reservation.status !== 'QUEUED') continue;
      const checked = await check(reservation, configurations);
      const { ticketId, configuration } = reservation;
      if ('problem' in checked)
        failing.push({ ticketId, configuration, reason: 'InvalidTicket', message: checked.problem });
      else {
        const timeoutMs = checked.installed.configuration.requestTimeoutSeconds * 1_000;
        entering.push({ ticketId, pool: configuration, timeoutMs, players: checked.players });
      }
    }
    if (failing.length > 0) await pool.refuse(failing);
    const results = entering.length > 0 ? await pool.enter(entering) : [];
    const pools = new Set(entering.map((ticket) => ticket.pool));
    await Promise.all([...pools].map((name) => wake(name)));
    for (const name of new Set([...pools, ...failing.map((ticket) => ticket.configuration)])) {
      const started = entering.filter(
        (ticket, at) => ticket.pool === name && results[at] === 'entered',
      ).length;
      if (started > 0) onStarted(name, 'started', started);
      const failed = failing.filter((ticket) => ticket.configuration === name).length;
      if (failed > 0) onStarted(name, 'failed', failed);
    }
    return done(results, refusals);
  };

type StartItem = z.output<typeof startMatchmaking.item>;

async function check(reservation: Reservation, configurations: Configurations): Promise<Checked> {
  const current = await configurations.current(reservation.configuration);
  if (!current) return { problem: `configuration: ${reservation.configuration} does not exist` };
  const players = party.safeParse(JSON.parse(reservation.players));
  if (!players.success) return { problem: problemsOf(players.error, 'players').join('; ') };
  const problems = checkTicket(current.ruleSet, { players: players.data });
  if (problems.length > 0) return { problem: problems.map((it) => `${it.path}: ${it.message}`).join('; ') };
  return { players: players.data, installed: current.installed };
}
