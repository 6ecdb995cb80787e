import { type QueueName, queueNames } from '../../jobs/contract.ts';
import { queuePrefix } from '../../jobs/keys.ts';
import type { Fleet } from './fleet.ts';

/** Something BullMQ noted about a job, by Redis time in ms. */
interface Note {
  readonly event: string;
  readonly jobId: string;
  /** The state it left, where BullMQ says so. */
  readonly from: string;
  /** The kind of work, where it was added. */
  readonly kind: string;
  /** What a completed job returned (JSON). */
  readonly result: string;
  readonly at: number;
}

/** What BullMQ noted about every job of a queue, oldest first. */
export async function jobStory({ redis, domain }: Fleet, queue: QueueName): Promise<Note[]> {
  const entries = await redis.xrange(`${queuePrefix(domain, queue)}:${queue}:events`, '-', '+');
  return entries.map(([id, flat]) => {
    const fields = new Map(flat.flatMap((name, at) => (at % 2 === 0 ? [[name, flat[at + 1] ?? '']] : [])));
    const value = (name: string) => fields.get(name) ?? '';
    return {
      event: value('event'),
      jobId: value('jobId'),
      from: value('prev'),
      kind: value('name'),
      result: value('returnvalue'),
      at: Number.parseInt(id, 10),
    };
  });
}

/** Notes of one kind from every queue. */
export async function notesOf(fleet: Fleet, event: string): Promise<Note[]> {
  const stories = await Promise.all(queueNames.map((queue) => jobStory(fleet, queue)));
  return stories.flat().filter((note) => note.event === event);
}
