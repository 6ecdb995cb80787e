import type { Redis } from 'ioredis';
import { writeLines } from '../../jobs/lines.ts';
import { readStoredTicket, type StoredTicket, ticketLines } from '../../jobs/ticket/stored-ticket.ts';

/** Changes lines of a stored ticket to what they would only become with time. */
export async function changeTicket(
  redis: Redis,
  key: string,
  changes: Partial<Record<keyof StoredTicket, string | number>>,
): Promise<void> {
  const stored = readStoredTicket(await redis.get(key));
  if (!stored) throw new Error(`${key} holds no ticket`);
  const lines: Record<string, string | number> = { ...stored, ...changes };
  await redis.set(key, writeLines(ticketLines.map((name) => String(lines[name]))), 'KEEPTTL');
}
