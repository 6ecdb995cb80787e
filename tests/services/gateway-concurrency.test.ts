import { type AnyBulkWriteOperation, type ClientSession, Long, MongoClient } from 'mongodb';
import { describe, expect, test } from 'vitest';
import { driveGateway, type Item, numbered, refusalOf } from '../support/gateway.ts';

const gateway = driveGateway();

async function inTransaction<T>(work: (session: ClientSession) => Promise<T>): Promise<T> {
  await using session = gateway.client.startSession();
  session.startTransaction({ readPreference: 'primary' });
  return await work(session);
}

describe('transactions', () => {
  test('a commit shows everything at once, and nothing before', async () => {
    await gateway.items.insertOne({ _id: 1, n: 0 });

    await inTransaction(async (session) => {
      await gateway.items.updateOne({ _id: 1 }, { $inc: { n: 1 } }, { session });
      await gateway.items.insertOne({ _id: 2 }, { session });
      expect(await gateway.items.find({}, { session }).sort({ _id: 1 }).toArray()).toEqual([
        { _id: 1, n: 1 },
        { _id: 2 },
      ]);
      expect(await gateway.items.find().toArray()).toEqual([{ _id: 1, n: 0 }]);
      await session.commitTransaction();
    });

    expect(await gateway.items.countDocuments()).toBe(2);
  });

  test('an abort leaves nothing', async () => {
    await inTransaction(async (session) => {
      await gateway.items.insertOne({ _id: 1 }, { session });
      await session.abortTransaction();
    });

    expect(await gateway.items.countDocuments()).toBe(0);
  });

  test('a conflict is 112, marked as transient, and ends the transaction', async () => {
    await gateway.items.insertOne({ _id: 1, n: 0 });

    await inTransaction(async (session) => {
      await gateway.items.findOne({ _id: 1 }, { session });
      await gateway.items.updateOne({ _id: 1 }, { $inc: { n: 1 } });
      const conflict = await refusalOf(gateway.items.updateOne({ _id: 1 }, { $inc: { n: 1 } }, { session }));
      const commit = await refusalOf(session.commitTransaction());

      expect(conflict).toMatchObject({ code: 112, codeName: 'WriteConflict' });
      expect(conflict.hasErrorLabel('TransientTransactionError')).toBe(true);
      expect(commit).toMatchObject({ code: 251, codeName: 'NoSuchTransaction' });
    });
  });

  test('withTransaction gets concurrent increments right', async () => {
    await gateway.items.insertOne({ _id: 1, n: 0 });
    const increment = () =>
      gateway.client.withSession((session) =>
        session.withTransaction(async () => {
          const found = await gateway.items.findOne({ _id: 1 }, { session });
          await gateway.items.updateOne({ _id: 1 }, { $set: { n: Number(found?.['n']) + 1 } }, { session });
        }),
      );

    await Promise.all([increment(), increment(), increment(), increment()]);

    expect(await gateway.items.findOne({ _id: 1 })).toEqual({ _id: 1, n: 4 });
  });

  test('a duplicate key ends the transaction', async () => {
    await gateway.items.insertOne({ _id: 1 });

    await inTransaction(async (session) => {
      await gateway.items.insertOne({ _id: 2 }, { session });
      expect(await refusalOf(gateway.items.insertOne({ _id: 1 }, { session }))).toMatchObject({
        code: 11000,
      });
      expect(await refusalOf(gateway.items.insertOne({ _id: 3 }, { session }))).toMatchObject({ code: 251 });
    });

    expect(await gateway.items.find().toArray()).toEqual([{ _id: 1 }]);
  });

  test('a lost driver takes its transaction and its locks along', async () => {
    await gateway.items.insertOne({ _id: 1, n: 0 });
    const other = await new MongoClient(gateway.uri).connect();
    const session = other.startSession();
    session.startTransaction();
    const theirs = other.db(gateway.db.databaseName).collection<Item>(gateway.items.collectionName);
    await theirs.updateOne({ _id: 1 }, { $set: { n: 1 } }, { session });

    const waiting = gateway.items.updateOne({ _id: 1, n: 0 }, { $set: { n: 2 } });
    await other.close();

    expect((await waiting).modifiedCount).toBe(1);
  });

  test('what does not exist can neither be created nor touched inside', async () => {
    const absent = gateway.db.collection<Item>(`absent-${gateway.items.collectionName}`);
    const attempts: ((session: ClientSession) => Promise<unknown>)[] = [
      (session) => absent.insertOne({ _id: 1 }, { session }),
      (session) => absent.findOne({}, { session }),
      (session) => gateway.db.createCollection(absent.collectionName, { session }),
      (session) => gateway.items.createIndex({ a: 1 }, { session }),
    ];

    for (const attempt of attempts)
      expect(await refusalOf(inTransaction(attempt))).toMatchObject({ code: 263 });
    expect(await gateway.db.listCollections({ name: absent.collectionName }).toArray()).toEqual([]);
  });

  test('a result longer than its first page cannot be read on inside', async () => {
    await gateway.items.insertMany(numbered(20));

    const attempt = inTransaction((session) => gateway.items.find({}, { session, batchSize: 5 }).toArray());

    expect(await refusalOf(attempt)).toMatchObject({ code: 263 });
  });
});

describe('concurrent writers', () => {
  test('lose no increment', async () => {
    await gateway.items.insertOne({ _id: 1, n: 0 });

    await Promise.all(
      Array.from({ length: 40 }, () => gateway.items.updateOne({ _id: 1 }, { $inc: { n: 1 } })),
    );

    expect(await gateway.items.findOne({ _id: 1 })).toEqual({ _id: 1, n: 40 });
  });

  test('of the same documents in opposite orders do not get in each other’s way', async () => {
    await gateway.items.insertMany(numbered(100).map(({ _id }) => ({ _id, n: 0 })));
    const forward: AnyBulkWriteOperation<Item>[] = numbered(100).map(({ _id }) => ({
      updateOne: { filter: { _id }, update: { $inc: { n: 1 } } },
    }));
    const backward = forward.toReversed();

    const results = await Promise.all(
      Array.from({ length: 8 }, (_, k) =>
        gateway.items.bulkWrite(k % 2 === 0 ? forward : backward, { ordered: k % 4 < 2 }),
      ),
    );

    expect(results.map(({ modifiedCount }) => modifiedCount)).toEqual(results.map(() => 100));
    expect(await gateway.items.distinct('n')).toEqual([8]);
  });
});

describe('inserts racing for the same value of a unique index', () => {
  test('are settled soon: one is in, the others are duplicates', async () => {
    await gateway.items.createIndexes([
      { key: { email: 1 }, name: 'email', unique: true },
      { key: { n: 1 }, name: 'n' },
    ]);
    const started = performance.now();

    for (const { n } of numbered(10)) {
      const pair = (writer: number) =>
        [0, 1].map((part) => ({ _id: `${n}-${writer}-${part}`, email: n * 2 + part }));
      const outcomes = await Promise.allSettled(
        [1, 2, 3, 4, 5, 6].map((writer) => gateway.items.insertMany(pair(writer), { ordered: false })),
      );

      const failures = outcomes.filter(({ status }) => status === 'rejected');
      expect(failures.map((failure) => (failure as PromiseRejectedResult).reason.code)).toEqual(
        failures.map(() => 11000),
      );
      expect(await gateway.items.countDocuments({ email: { $in: [n * 2, n * 2 + 1] } })).toBe(2);
    }

    expect(performance.now() - started).toBeLessThan(10_000);
  });
});

describe('writers racing to create the same document by upsert', () => {
  const writers = Array.from({ length: 6 }, (_, writer) => writer);

  test('one at a time each add their part, and one is told that it came first', async () => {
    for (const { _id } of numbered(20)) {
      const results = await Promise.all(
        writers.map(() => gateway.items.updateOne({ _id }, { $inc: { n: 1 } }, { upsert: true })),
      );

      expect(results.filter(({ upsertedCount }) => upsertedCount === 1)).toHaveLength(1);
      expect(await gateway.items.findOne({ _id })).toEqual({ _id, n: writers.length });
    }
  });

  test('by findOneAndUpdate see nothing there once only', async () => {
    for (const { _id } of numbered(20)) {
      const results = await Promise.all(
        writers.map(() => gateway.items.findOneAndUpdate({ _id }, { $inc: { n: 1 } }, { upsert: true })),
      );

      expect(results.filter((before) => before === null)).toHaveLength(1);
      expect(await gateway.items.findOne({ _id })).toEqual({ _id, n: writers.length });
    }
  });

  test.each([true, false])('in bulks, ordered: %s, each create what nobody else did', async (ordered) => {
    const forward: AnyBulkWriteOperation<Item>[] = numbered(100).map(({ _id }) => ({
      updateOne: { filter: { _id }, update: { $inc: { n: 1 } }, upsert: true },
    }));
    const backward = forward.toReversed();

    const results = await Promise.all(
      writers.map((writer) => gateway.items.bulkWrite(writer % 2 === 0 ? forward : backward, { ordered })),
    );

    expect(results.reduce((sum, { upsertedCount }) => sum + upsertedCount, 0)).toBe(100);
    expect(results.map(({ upsertedCount, matchedCount }) => upsertedCount + matchedCount)).toEqual(
      writers.map(() => 100),
    );
    expect(await gateway.items.distinct('n')).toEqual([writers.length]);
  });

  test('keep the type of the _id they report', async () => {
    const _id = Long.fromNumber(7) as unknown as number;
    const { upsertedIds } = await gateway.items.bulkWrite(
      [{ updateOne: { filter: { _id }, update: { $set: { a: 1 } }, upsert: true } }],
      { promoteValues: false, promoteLongs: false } as object,
    );

    expect(upsertedIds[0]).toEqual(_id);
  });
});
