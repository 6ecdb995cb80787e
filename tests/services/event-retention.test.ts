import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { idNumber } from '../../jobs/chain.ts';
import type { StreamItem } from '../../producers/events/events.ts';
import { readEvents } from '../../producers/events/events.ts';
import { trimStream } from '../../workers/maintenance/trim-events.ts';
import { aTicket } from '../support/builders.ts';
import { perform } from '../support/fleet-stores.ts';
import { deathOf, everyDeath, mortal } from '../support/mortal.ts';
import { openPoolSteps } from '../support/pool-steps.ts';

let domain: Awaited<ReturnType<typeof openPoolSteps>>;

beforeEach(async () => {
  positions.clear();
  domain = await openPoolSteps();
  onTestFinished(() => domain[Symbol.asyncDispose]());
});

const never = new AbortController().signal;
const hour = 3_600_000;
const everything = { retentionMs: 24 * hour, mostBytes: 2 ** 40 };
const trim = (retention: Partial<typeof everything>) =>
  domain.pool.events.trimEvents({ ...everything, ...retention }, never);
/** Of each event there was, by its number. */
const positions = new Map<number, string>();
const search = async (...ids: string[]) => {
  for (const id of ids) await domain.start(aTicket(id));
  for (const id of await kept()) positions.set(idNumber(id), id);
};
const kept = async () => (await domain.redis.xrange(domain.key('events'), '-', '+')).map(([id]) => id);
const keptNumbers = async () => (await kept()).map(idNumber);
const later = (ms: number) => domain.pass(ms);

/** Reads until `count` items came, or `until` says stop. */
async function read(
  from: number | undefined,
  count: number,
  onItem?: (item: StreamItem) => Promise<unknown>,
) {
  const items: StreamItem[] = [];
  const options = {
    ...(from !== undefined && { from: from === 0 ? (0 as const) : (positions.get(from) ?? `${from}-1`) }),
    origin: { account: '000000000000', region: 'us-east-1' },
    onError: () => undefined,
    signal: AbortSignal.timeout(10_000),
  };
  for await (const item of readEvents(domain.redis, domain.domain, options)) {
    items.push(item);
    await onItem?.(item);
    if (items.length === count) break;
  }
  return items.map((item) =>
    item.kind === 'gap'
      ? `gap ${idNumber(item.from)}..${idNumber(item.position)}`
      : `event ${idNumber(item.position)}`,
  );
}

describe('trimming', () => {
  test('trim-events: wherever its worker dies, the next run forgets the rest and no more (invariant 8)', async () => {
    let n = 0;
    const died = await everyDeath(async (death) => {
      await search(`old-${++n}`);
      await later(2 * hour);
      await search(`new-${n}`);
      const latest = (await keptNumbers()).at(-1) ?? 0;
      const retention = { ...everything, retentionMs: hour };
      const place = await deathOf(
        perform(trimStream(mortal({ pool: domain.pool }, death).pool, retention), [{}]),
      );
      await perform(trimStream(domain.pool, retention), [{}]);
      expect(await keptNumbers()).toEqual([latest]);
      return place;
    });

    expect(died).toEqual(['pool.trimEvents']);
  });

  test('forgets what is older than retention and nothing else (invariant 8)', async () => {
    await search('a', 'b');
    await later(2 * hour);
    await search('c', 'd');

    expect(await trim({ retentionMs: hour })).toBe(2);
    expect(await keptNumbers()).toEqual([3, 4]);
    expect(await trim({ retentionMs: hour })).toBe(0);
  });

  test('forgets the oldest beyond its bytes, however young', async () => {
    await search('a', 'b', 'c', 'd', 'e');
    const total = Number(await domain.redis.get(domain.key('event-bytes')));

    expect(await trim({ mostBytes: (total * 2) / 5 })).toBe(3);
    expect(await keptNumbers()).toEqual([4, 5]);
  });

  test('counts on after everything was forgotten, so that no number comes twice', async () => {
    await search('a', 'b');
    await later(25 * hour);

    expect(await trim({})).toBe(2);
    expect(await keptNumbers()).toEqual([]);
    await search('c');
    expect(await keptNumbers()).toEqual([3]);
  });

  test('of an empty stream is nothing', async () => {
    expect(await trim({})).toBe(0);
  });

  test('goes in steps, none of which keeps Redis for long', async () => {
    const entries = 12_000;
    const many = domain.redis.pipeline();
    for (let number = 1; number <= entries; number++)
      many.xadd(
        domain.key('events'),
        `${number}-1`,
        ...['p', `${number - 1}-1`, 'bytes', `${number * 202}`, 'now', '1', 'time', '1'],
        ...['type', 'x', 'configuration', 'duel', 'detail', '{}'],
      );
    await many.exec();

    const gone = new AbortController();
    gone.abort();
    expect(await domain.pool.events.trimEvents(everything, gone.signal)).toBe(0);
    expect(await trim({})).toBe(entries);
  });
});

describe('a reader', () => {
  test('resumes after a position as if it had never stopped, and so does every other', async () => {
    await search('a', 'b', 'c', 'd');

    expect(await Promise.all([read(0, 4), read(2, 2)])).toEqual([
      ['event 1', 'event 2', 'event 3', 'event 4'],
      ['event 3', 'event 4'],
    ]);
  });

  test('that resumes behind what is kept gets the gap, then the rest (invariant 8)', async () => {
    await search('a', 'b');
    await later(2 * hour);
    await search('c', 'd');
    await trim({ retentionMs: hour });

    expect(await read(1, 3)).toEqual(['gap 1..2', 'event 3', 'event 4']);
    expect(await read(2, 2)).toEqual(['event 3', 'event 4']);
    expect(await read(0, 2)).toEqual(['event 3', 'event 4']);
  });

  test('that fell behind is told so though nothing new has come (invariant 8)', async () => {
    await search('a', 'b');
    await later(25 * hour);
    await trim({});

    expect(await read(1, 1)).toEqual(['gap 1..2']);
  });

  test('slower than trimming never skips an event unsaid (invariant 8)', async () => {
    await search('a', 'b', 'c');
    const seen = await read(0, 6, async (item) => {
      if (idNumber(item.position) !== 3) return;
      await search('d', 'e', 'f');
      await later(2 * hour);
      await search('g', 'h');
      await trim({ retentionMs: hour });
    });

    expect(seen).toEqual(['event 1', 'event 2', 'event 3', 'gap 3..6', 'event 7', 'event 8']);
  });

  test('of another store is told so, and gets all that is kept', async () => {
    await search('a');

    expect(await read(7, 2)).toEqual(['gap 7..0', 'event 1']);
  });

  test('never holds up trimming or matching', async () => {
    await search('a');
    const reading = read(0, 3);
    await search('b');
    await later(25 * hour);
    await trim({});
    await search('c');

    expect((await reading).at(-1)).toBe('event 3');
  });
});
