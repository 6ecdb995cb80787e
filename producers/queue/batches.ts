import { coalesce } from '../../jobs/coalesce.ts';
import { type Actor, type Job, maxEnvelopeBytes } from '../../jobs/contract.ts';
import type { ProducerQueues } from './queues.ts';

/** Four keep Redis busy over a round trip; more only queue up there. */
export const batchesInFlight = 4;

/** Resolves to the id of the job that carries the item, when Redis has it. */
export type AddItem = <Item>(job: Job<Item>, item: Item, actor: Actor) => Promise<string>;

/** Bytes of an envelope that are not items. */
const envelopeBytes = 2_048;

/**
 * Adds single items to jobs shared by concurrent calls of the same kind and actor: an envelope names one
 * actor, so players' own calls share only among themselves while a service's share all.
 */
export function openBatches(queues: ProducerQueues): AddItem {
  const batches = new Map<string, (item: never) => Promise<string>>();
  type Traced<Item> = { readonly item: Item; readonly trace: string | undefined };

  const open = <Item>(job: Job<Item>, actor: Actor, onIdle: () => void) =>
    coalesce<Traced<Item>, string>({
      maxItems: job.limit,
      maxBytes: maxEnvelopeBytes - envelopeBytes,
      bytesOf: ({ item, trace = '' }) => Buffer.byteLength(JSON.stringify(item)) + trace.length + 4,
      inFlight: batchesInFlight,
      schedule: setImmediate,
      onIdle,
      send: async (calls) => {
        const items = calls.map((it) => it.item);
        const { id = '' } = await queues.add(job, items, actor, { traces: calls.map((it) => it.trace) });
        return items.map(() => id);
      },
    });

  return <Item>(job: Job<Item>, item: Item, actor: Actor) => {
    const key = `${job.kind} ${JSON.stringify(actor)}`;
    const batch =
      (batches.get(key) as ((call: Traced<Item>) => Promise<string>) | undefined) ??
      open(job, actor, () => batches.delete(key));
    batches.set(key, batch as (item: never) => Promise<string>);
    return batch({ item, trace: queues.trace() });
  };
}
