import { describe, expect, test } from 'vitest';
import { coalesce } from '../../jobs/coalesce.ts';

/** A sender whose batches wait until they are released. */
function gate() {
  const batches: { items: readonly number[]; release: (error?: Error) => void }[] = [];
  const send = (items: readonly number[]) =>
    new Promise<readonly number[]>((resolve, reject) => {
      batches.push({
        items,
        release: (error) => (error ? reject(error) : resolve(items.map((it) => it * 10))),
      });
    });
  return { batches, send, sent: () => batches.map((batch) => batch.items) };
}

const turn = () => new Promise<void>((resolve) => setImmediate(() => setImmediate(resolve)));
const options = { maxItems: 3, inFlight: 1, schedule: setImmediate };

describe('coalescing', () => {
  test('calls of one turn share a batch, and each gets its own result', async () => {
    const { batches, send, sent } = gate();
    const call = coalesce({ ...options, send });
    const results = Promise.all([call(1), call(2)]);
    await turn();
    batches[0]?.release();

    expect(await results).toEqual([10, 20]);
    expect(sent()).toEqual([[1, 2]]);
  });

  test('a batch holds at most so many items, and the rest wait their turn', async () => {
    const { batches, send, sent } = gate();
    const call = coalesce({ ...options, send });
    const results = Promise.all([1, 2, 3, 4].map(call));
    await turn();
    expect(sent()).toEqual([[1, 2, 3]]);
    batches[0]?.release();
    await turn();
    batches[1]?.release();

    expect(await results).toEqual([10, 20, 30, 40]);
  });

  test('what comes while a batch is on its way shares the next one', async () => {
    const { batches, send, sent } = gate();
    const call = coalesce({ ...options, send });
    const first = call(1);
    await turn();
    const others = Promise.all([call(2), call(3)]);
    await turn();
    expect(sent()).toEqual([[1]]);
    batches[0]?.release();
    await turn();
    batches[1]?.release();

    expect([await first, ...(await others)]).toEqual([10, 20, 30]);
    expect(sent()).toEqual([[1], [2, 3]]);
  });

  test('a batch holds at most so many bytes, but always one item', async () => {
    const { send, sent } = gate();
    const call = coalesce({ ...options, send, maxBytes: 10, bytesOf: (item) => item, inFlight: 3 });
    for (const item of [4, 6, 1, 99]) void call(item);
    await turn();

    expect(sent()).toEqual([[4, 6], [1], [99]]);
  });

  test('a failure reaches the calls of its batch and no other', async () => {
    const { batches, send } = gate();
    const call = coalesce({ ...options, send, maxItems: 1, inFlight: 2 });
    const results = Promise.allSettled([call(1), call(2)]);
    await turn();
    batches[0]?.release(new Error('lost'));
    batches[1]?.release();

    expect((await results).map((it) => it.status)).toEqual(['rejected', 'fulfilled']);
  });

  test('says when nothing is left', async () => {
    const { batches, send } = gate();
    let idle = 0;
    const call = coalesce({ ...options, send, onIdle: () => idle++ });
    const result = call(1);
    await turn();
    expect(idle).toBe(0);
    batches[0]?.release();
    await result;
    await turn();

    expect(idle).toBe(1);
  });
});
