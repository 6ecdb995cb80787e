import { type CoalesceOptions, coalesce } from '../../jobs/coalesce.ts';
import { logging } from './log.ts';
import type { Place, Tracer } from './tracer.ts';

/**
 * `coalesce` under a trace: what a batch does is a step of every job that has an item in it. Left alone, it
 * would be one of whichever job happened to be there when the batch was sent.
 */
export function batched<Item, Result>(
  tracer: Tracer,
  { send, bytesOf, ...options }: CoalesceOptions<Item, Result>,
): (item: Item) => Promise<Result> {
  const call = coalesce<{ item: Item; place: Place | undefined }, Result>({
    ...options,
    ...(bytesOf && { bytesOf: ({ item }) => bytesOf(item) }),
    // Nor are its log lines about whichever job that was.
    send: (calls) =>
      logging({}, () =>
        tracer.together(
          calls.map((it) => it.place),
          async () => send(calls.map((it) => it.item)),
        ),
      ),
  });
  return (item) => call({ item, place: tracer.here() });
}
