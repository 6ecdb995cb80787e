import type { Collection, Db } from 'mongodb';
import { dayOf, isOver, ticketDay } from '../../jobs/ticket/ticket-day.ts';
import type { TicketRecord } from './ticket-record.ts';
import { together, type Written } from './write-each.ts';

export type Started = Pick<TicketRecord, '_id' | 'start_time'>;

export type TicketDays = ReturnType<typeof openTicketDays>;

/**
 * The collections of ended tickets, one for the tickets that started on a day: old ones are dropped whole,
 * which costs nothing, where expiry writes once for each document. The first document makes a collection; it
 * needs no index but that of ids.
 */
export function openTicketDays(db: Db) {
  const collectionOf = (day: string): Collection<TicketRecord> => db.collection<TicketRecord>(day);

  /** Newest first. */
  const days = async (): Promise<{ name: string; day: number }[]> => {
    const all = await db.listCollections({}, { nameOnly: true }).toArray();
    return all
      .flatMap(({ name }) => {
        const day = dayOf(name);
        return day === undefined ? [] : [{ name, day }];
      })
      .sort((a, b) => b.day - a.day);
  };

  return {
    /** Writes documents, or what becomes of them, each to its day's collection. */
    async write<Document extends Started>(
      documents: readonly Document[],
      work: (collection: Collection<TicketRecord>, some: readonly Document[]) => Promise<Written>,
    ): Promise<Written> {
      const places = Map.groupBy(documents.keys(), (at) => startDay(documents[at] as Document));
      const parts = [...places].map(async ([day, at]) => {
        const some = at.map((place) => documents[place] as Document);
        return [await work(collectionOf(day), some), (index: number) => at[index] ?? -1] as const;
      });
      return together(...(await Promise.all(parts)));
    },

    /**
     * What the collections of these days have on record under the ids of tickets; of one that they have not,
     * nothing.
     */
    async read<Document extends Started>(
      documents: readonly Document[],
      startedOn: (document: Document) => number = ({ start_time }) => start_time.getTime(),
    ): Promise<(document: Document) => TicketRecord | undefined> {
      const byDay = Map.groupBy(documents, (it) => ticketDay(startedOn(it)));
      const held = new Map<string, TicketRecord>();
      await Promise.all(
        [...byDay].map(async ([day, some]) => {
          const ids = some.map((it) => it._id);
          for (const record of await findIn(collectionOf(day), ids)) held.set(`${day} ${record._id}`, record);
        }),
      );
      return (document) => held.get(`${ticketDay(startedOn(document))} ${document._id}`);
    },

    /** The latest ticket of each id that is on record; unknown ones are left out. */
    async find(ticketIds: readonly string[]): Promise<TicketRecord[]> {
      const found: TicketRecord[] = [];
      const open = new Set(ticketIds);
      for (const { name } of await days()) {
        if (open.size === 0) break;
        for (const record of await findIn(collectionOf(name), [...open])) {
          found.push(record);
          open.delete(record._id);
        }
      }
      return found;
    },

    /**
     * Drops the collections of days that are over for `keep` days, by Redis time `now` (ms). Returns their
     * names.
     */
    async drop(keep: number, now: number): Promise<string[]> {
      const over = (await days()).filter(({ day }) => isOver(day, keep, now)).map(({ name }) => name);
      for (const name of over) await collectionOf(name).drop();
      return over;
    },
  };
}

const startDay = ({ start_time }: Started): string => ticketDay(start_time.getTime());

const findIn = (collection: Collection<TicketRecord>, ids: readonly string[]): Promise<TicketRecord[]> =>
  collection.find({ _id: { $in: [...ids] } }, { batchSize: ids.length + 1 }).toArray();
