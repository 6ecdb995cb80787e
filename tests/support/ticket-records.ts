import type { Collection, Db, Filter } from 'mongodb';
import { dayOf } from '../../jobs/ticket/ticket-day.ts';
import type { TicketRecord } from '../../workers/records/ticket-record.ts';

/** Every collection of ended tickets that there is. */
export async function ticketCollections(db: Db): Promise<Collection<TicketRecord>[]> {
  const all = await db.listCollections({}, { nameOnly: true }).toArray();
  return all.filter((it) => dayOf(it.name) !== undefined).map((it) => db.collection<TicketRecord>(it.name));
}

/** All that is on record of ended tickets, by ticket id. */
export async function ticketRecords(db: Db, filter: Filter<TicketRecord> = {}): Promise<TicketRecord[]> {
  const found = await Promise.all((await ticketCollections(db)).map((it) => it.find(filter).toArray()));
  return found.flat().sort((a, b) => (a._id < b._id ? -1 : 1));
}
