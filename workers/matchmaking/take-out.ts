import type { Mirror } from './mirror.ts';

/** Has a script take tickets out of a pool, so many a call, and the mirror after it. */
export async function takeOut<Ticket extends { readonly ticketId: string }>(
  mirror: Mirror,
  tickets: readonly Ticket[],
  most: number,
  script: (some: readonly Ticket[]) => Promise<unknown>,
): Promise<void> {
  for (let from = 0; from < tickets.length; from += most) {
    const some = tickets.slice(from, from + most);
    await script(some);
    for (const { ticketId } of some) mirror.drop(ticketId);
  }
}
