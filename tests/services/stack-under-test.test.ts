import { Redis } from 'ioredis';
import { MongoBulkWriteError, MongoClient } from 'mongodb';
import { expect, onTestFinished, test } from 'vitest';
import { startStack } from '../../infra/local/stack.ts';

const { PATH, HOME, XDG_CACHE_HOME } = process.env;
const ownStack = (parts: ('queueRedis' | 'documentdb')[]) =>
  startStack({ env: { PATH, HOME, XDG_CACHE_HOME }, parts, movableClock: true });

test("a queue's clock moves by an hour either way while the server runs, and durations go on", async () => {
  await using stack = await ownStack(['queueRedis']);
  const { url, moveClock } = stack.part('queueRedis');
  using redis = Object.assign(new Redis(url), { [Symbol.dispose]: () => redis.disconnect() });
  const aheadSeconds = async () => Number((await redis.time())[0]) - Date.now() / 1_000;
  await redis.set('short', '', 'PX', 600_000);

  for (const moved of [3_600, -3_600, 0]) {
    await moveClock?.(moved);
    const hasMoved = async () => Math.abs((await aheadSeconds()) - moved) < 30;
    await expect.poll(hasMoved, { timeout: 5_000 }).toBe(true);
    expect(await redis.blpop('nothing', 0.2)).toBeNull();
  }
  // Whatever expires by the time of day did so in the hour that came too early.
  expect(await redis.exists('short')).toBe(0);
});

test('DocumentDB refuses the documents it was told to, and stores the others of the same call', async () => {
  await using stack = await ownStack(['documentdb']);
  const { url, refuse } = stack.part('documentdb');
  const client = await new MongoClient(url).connect();
  onTestFinished(() => client.close());
  const [matches, others] = [
    client.db('refusing').collection('matches'),
    client.db('refusing').collection('others'),
  ];
  const three = () => ['a', 'poison', 'c'].map((name) => ({ name }));
  const outcomeOf = async (ordered: boolean) => {
    const error = await matches.insertMany(three(), { ordered }).catch((reason: unknown) => reason);
    if (!(error instanceof MongoBulkWriteError)) throw error;
    return {
      stored: error.insertedCount,
      refused: [error.writeErrors].flat().map(({ index, code }) => [index, code]),
    };
  };
  refuse?.({ collection: 'matches', text: 'poison' });

  await expect.poll(() => outcomeOf(false)).toEqual({ stored: 2, refused: [[1, 121]] });
  expect(await outcomeOf(true)).toEqual({ stored: 1, refused: [[1, 121]] });
  expect((await others.insertMany(three())).insertedCount).toBe(3);

  refuse?.({ collection: 'matches' });
  await expect.poll(async () => (await matches.insertMany(three())).insertedCount).toBe(3);
});
