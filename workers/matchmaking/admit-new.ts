import { problemsOf } from '../../jobs/contract.ts';
import { ticketProblems } from '../../jobs/rule-set/check-ticket.ts';
import { ordinaryParty } from '../../jobs/ticket/ordinary-party.ts';
import type { PooledTicket } from '../pool/changes.ts';
import type { CurrentConfiguration } from '../pool/compiled.ts';
import type { Pool } from '../pool/pool.ts';
import type { Failing } from '../pool/tickets.ts';
import type { Mirror } from './mirror.ts';
import { takeOut } from './take-out.ts';

/** Tickets moved or refused by one script call. */
const ticketsPerCall = 200;

/**
 * Looks at the tickets that are new to a cycle, or all under a new rule set. Those that it puts into other
 * pools go there, and those pools are due within a second. One that no match can hold, from a producer of
 * another version, fails with its reason. The others may be matched.
 */
export async function admitNew(
  mirror: Mirror,
  current: CurrentConfiguration,
  { pool }: { readonly pool: Pool },
): Promise<void> {
  const strays: { ticketId: string; pool: string }[] = [];
  const unfit: Failing[] = [];
  for (const ticket of mirror.unseen(current.engine)) {
    const { ticketId, revision, players } = ticket;
    const message = problemOf(ticket, current);
    if (message !== undefined) unfit.push({ ticketId, revision, reason: 'InvalidTicket', message });
    else if (current.poolOf(players) !== mirror.name)
      strays.push({ ticketId, pool: current.poolOf(players) });
    else mirror.admit(ticket);
  }
  await takeOut(mirror, strays, ticketsPerCall, (some) => pool.tickets.move(mirror.name, some));
  await takeOut(mirror, unfit, ticketsPerCall, pool.tickets.refuse);
}

/** A backfill ticket was checked when it was asked for, or lists players as they were matched. */
function problemOf({ players, fills }: PooledTicket, current: CurrentConfiguration): string | undefined {
  if (fills !== undefined) return undefined;
  if (!ordinaryParty(players, current.installed.configuration.limits)) {
    const parsed = current.party.safeParse(players);
    if (!parsed.success) return problemsOf(parsed.error, 'players').join('; ');
  }
  return ticketProblems(current.ruleSet, { players });
}
