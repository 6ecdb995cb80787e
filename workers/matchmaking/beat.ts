import { compareStores } from '../../jobs/maintenance/jobs.ts';
import type { Pool } from '../pool/pool.ts';
import type { Queues } from '../runtime/enqueue.ts';
import { handOverAgain } from './hand-over.ts';
import { wakePool } from './wake-pool.ts';

/** Tickets looked at by one script call. */
const ticketsAtOnce = 500;

/**
 * Until it has ended, however long that takes: a key that expires would stay for an hour where the server's
 * clock goes back by one.
 */
const oneAtATime = { deduplication: { id: compareStores.kind }, removeOnComplete: true };

/**
 * One beat: wakes the pools in which time alone changes something and hands over matches left behind. Every
 * worker beats once a second; the script gives each due thing to one of them. Idle pools cost nothing. While
 * the store is full no job can be added or taken, so tickets time out here. A store that waits to be compared
 * with the record has that done at once.
 */
export async function beat(pool: Pool, queues: Queues): Promise<void> {
  const { now, pools, overdue, uncompared } = await pool.matches.beat();
  if (pools.length > 0 && (await pool.matches.isFull())) {
    await Promise.all(pools.map((name) => timeOut(pool, name, now)));
    return;
  }
  if (uncompared) await queues.enqueue({ job: compareStores, items: [{}], options: oneAtATime });
  await Promise.all(pools.map(wakePool(queues)));
  await handOverAgain(overdue, queues);
}

/** Ending frees memory, so a full store allows it. */
async function timeOut(pool: Pool, name: string, now: number): Promise<void> {
  for (let after: number | undefined = 0; after !== undefined; ) {
    const page: Awaited<ReturnType<Pool['mirror']['readPool']>> = await pool.mirror.readPool(
      name,
      after,
      ticketsAtOnce,
    );
    const overdue = page.tickets.filter((ticket) => ticket.deadline <= now);
    if (overdue.length > 0) await pool.tickets.expire(overdue.map((ticket) => ticket.ticketId));
    after = page.last;
  }
}
