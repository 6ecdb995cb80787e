import { Decimal128, Int32, Long, MongoClient, ObjectId } from 'mongodb';
import { describe, expect, test } from 'vitest';
import { driveGateway, type Item, numbered, refusalOf } from '../support/gateway.ts';

const gateway = driveGateway();

describe('documents', () => {
  test('every type comes back as it was stored', async () => {
    const document = {
      _id: 'types',
      id: new ObjectId(),
      date: new Date(1_700_000_000_000),
      long: Long.MAX_VALUE,
      int: new Int32(7),
      double: 0.1,
      decimal: Decimal128.fromString('1.10'),
      text: 'Zoë 🎲',
      pattern: /a.b/i,
      nothing: null,
      nested: { list: ['a', { deep: true }, []] },
    };
    await gateway.items.insertOne(document);

    const found = await gateway.items.findOne(
      { _id: 'types' },
      { promoteValues: false, promoteLongs: false },
    );

    expect(found).toMatchObject({ ...document, double: expect.anything() });
    expect(Number(found?.['double'])).toBe(0.1);
  });

  test('a document as large as 12 MB goes in and out', async () => {
    const large = 'x'.repeat(12_000_000);
    await gateway.items.insertOne({ _id: 1, large });

    expect((await gateway.items.findOne({ _id: 1 }))?.['large']).toBe(large);
  });

  test('updates say what they matched, changed and created', async () => {
    await gateway.items.insertMany(numbered(3));

    const changed = await gateway.items.updateMany({ n: { $gte: 1 } }, { $inc: { n: 10 } });
    const same = await gateway.items.updateOne({ _id: 0 }, { $set: { n: 0 } });
    const created = await gateway.items.updateOne({ _id: 9 }, { $setOnInsert: { n: 9 } }, { upsert: true });
    const removed = await gateway.items.deleteMany({ n: { $gt: 10 } });

    expect(changed).toMatchObject({ matchedCount: 2, modifiedCount: 2 });
    expect(same).toMatchObject({ matchedCount: 1, modifiedCount: 0 });
    expect(created).toMatchObject({ upsertedCount: 1, upsertedId: 9 });
    expect(removed.deletedCount).toBe(2);
    expect(await gateway.items.find().sort({ _id: 1 }).toArray()).toEqual([
      { _id: 0, n: 0 },
      { _id: 9, n: 9 },
    ]);
  });

  test('array operators and array filters change what they name', async () => {
    await gateway.items.insertOne({ _id: 1, list: [1, 2, 3], parts: [{ k: 1 }, { k: 2 }] });

    await gateway.items.updateOne(
      { _id: 1 },
      { $push: { list: { $each: [4, 5], $slice: -4 } }, $set: { 'parts.$[part].seen': true } } as object,
      { arrayFilters: [{ 'part.k': 2 }] },
    );

    expect(await gateway.items.findOne({ _id: 1 })).toEqual({
      _id: 1,
      list: [2, 3, 4, 5],
      parts: [{ k: 1 }, { k: 2, seen: true }],
    });
  });

  test('findOneAndUpdate compares and sets once', async () => {
    await gateway.items.insertOne({ _id: 1, version: 1 });
    const next = () =>
      gateway.items.findOneAndUpdate(
        { _id: 1, version: 1 },
        { $set: { version: 2 } },
        { returnDocument: 'after' },
      );

    const outcomes = await Promise.all([next(), next(), next()]);

    expect(outcomes.filter((outcome) => outcome !== null)).toEqual([{ _id: 1, version: 2 }]);
    expect(await gateway.items.findOneAndDelete({ _id: 1 })).toEqual({ _id: 1, version: 2 });
  });

  test('a bulk of every kind of write counts each', async () => {
    const result = await gateway.items.bulkWrite([
      { insertOne: { document: { _id: 1 } } },
      { updateOne: { filter: { _id: 1 }, update: { $set: { a: 1 } } } },
      { replaceOne: { filter: { _id: 2 }, replacement: { b: 1 }, upsert: true } },
      { deleteOne: { filter: { _id: 1 } } },
    ]);

    expect(result).toMatchObject({ insertedCount: 1, modifiedCount: 1, upsertedCount: 1, deletedCount: 1 });
    expect(await gateway.items.find().toArray()).toEqual([{ _id: 2, b: 1 }]);
  });

  test('count, distinct and aggregate agree', async () => {
    await gateway.items.insertMany(
      numbered(10).map((item) => ({ ...item, odd: Number(item._id) % 2 === 1 })),
    );

    const groups = await gateway.items
      .aggregate([{ $group: { _id: '$odd', sum: { $sum: '$n' } } }, { $sort: { _id: 1 } }])
      .toArray();

    expect(groups).toEqual([
      { _id: false, sum: 20 },
      { _id: true, sum: 25 },
    ]);
    expect(await gateway.items.countDocuments({ odd: true })).toBe(5);
    expect(await gateway.items.estimatedDocumentCount()).toBe(10);
    expect((await gateway.items.distinct('odd')).sort()).toEqual([false, true]);
  });

  test('an unacknowledged write is carried out and answered by silence', async () => {
    const single = new MongoClient(gateway.uri, { maxPoolSize: 1 });
    await using _ = { [Symbol.asyncDispose]: () => single.close() };
    const silent = single.db(gateway.db.databaseName).collection<Item>(gateway.items.collectionName);

    await silent.insertOne({ _id: 1 }, { writeConcern: { w: 0 } });

    expect(await silent.findOne({ _id: 1 })).toEqual({ _id: 1 });
  });
});

test('the server says how often each command was asked for', async () => {
  const askedFor = async () => {
    const { metrics } = await gateway.db.admin().serverStatus();
    return metrics.commands as Record<string, { total: number } | undefined>;
  };
  const before = (await askedFor())['count']?.total ?? 0;
  await gateway.items.estimatedDocumentCount();

  expect((await askedFor())['count']?.total).toBeGreaterThan(before);
});

describe('cursors', () => {
  test.each([{}, { n: -1 } as const])('all pages are read, once each, sorted by %o', async (sort) => {
    await gateway.items.insertMany(numbered(250));

    const found = await gateway.items.find().sort(sort).batchSize(20).toArray();

    expect(found.map(({ _id }) => _id).sort((a, b) => Number(a) - Number(b))).toEqual(
      numbered(250).map(({ _id }) => _id),
    );
    if ('n' in sort) expect(found[0]).toEqual({ _id: 249, n: 249 });
  });

  test('a closed cursor is gone', async () => {
    await gateway.items.insertMany(numbered(50));
    const cursor = gateway.items.find().sort({ n: 1 }).batchSize(5);
    await cursor.next();
    const id = cursor.id;

    await cursor.close();

    const refused = await refusalOf(
      gateway.db.command({ getMore: id, collection: gateway.items.collectionName }),
    );
    expect(refused).toMatchObject({ code: 43, codeName: 'CursorNotFound' });
  });

  test('a cursor that holds a connection goes with the driver that opened it', async () => {
    await gateway.items.insertMany(numbered(50));
    const other = await new MongoClient(gateway.uri).connect();
    const cursor = other
      .db(gateway.db.databaseName)
      .collection(gateway.items.collectionName)
      .find()
      .sort({ n: 1 })
      .batchSize(5);
    await cursor.next();
    const getMore = { getMore: cursor.id, collection: gateway.items.collectionName, batchSize: 1 };
    expect(await gateway.db.command(getMore)).toMatchObject({ ok: 1 });
    await other.db(gateway.db.databaseName).command({ ...getMore });

    await other.close();

    await expect.poll(() => refusalOf(gateway.db.command(getMore)).then(({ code }) => code)).toBe(43);
  });
});

describe('duplicates', () => {
  test('are 11000 by whatever way, and name their index', async () => {
    await gateway.items.createIndex({ email: 1 }, { unique: true, sparse: true, name: 'by-email' });
    await gateway.items.insertMany([
      { _id: 1, email: 'a' },
      { _id: 2, email: 'b' },
    ]);
    const set = { $set: { email: 'a' } };
    const ways = [
      gateway.items.insertOne({ _id: 3, email: 'a' }),
      gateway.items.updateOne({ _id: 2 }, set),
      gateway.items.updateOne({ _id: 4 }, set, { upsert: true }),
      gateway.items.findOneAndUpdate({ _id: 2 }, set),
      gateway.items.bulkWrite([{ replaceOne: { filter: { _id: 2 }, replacement: { email: 'a' } } }]),
    ];

    const errors = await Promise.all(ways.map(refusalOf));

    expect(errors.map(({ code }) => code)).toEqual(ways.map(() => 11000));
    for (const { message } of errors) expect(message).toMatch(/^E11000 .* index: by-email$/);
    expect(errors[0]).toMatchObject({ keyPattern: { email: 1 } });
    expect(await refusalOf(gateway.items.insertOne({ _id: 1 }))).toMatchObject({
      code: 11000,
      keyPattern: { _id: 1 },
    });
  });

  test('in an unordered insert leave out nothing but themselves', async () => {
    await gateway.items.insertMany(numbered(500));
    const again = Array.from({ length: 1_000 }, (_, n) => ({ _id: n }));

    const error = await refusalOf(gateway.items.insertMany(again, { ordered: false }));

    expect(error).toMatchObject({ code: 11000, result: { insertedCount: 500 } });
    const failed = (error as unknown as { writeErrors: { index: number; code: number }[] }).writeErrors;
    expect(failed.map(({ index }) => index).sort((a, b) => a - b)).toEqual(
      numbered(500).map(({ _id }) => _id),
    );
    expect(new Set(failed.map(({ code }) => code))).toEqual(new Set([11000]));
    expect(await gateway.items.countDocuments()).toBe(1_000);
  });

  test('stop an ordered insert where they are', async () => {
    const error = await refusalOf(gateway.items.insertMany([{ _id: 1 }, { _id: 1 }, { _id: 2 }]));

    expect(error).toMatchObject({ code: 11000, result: { insertedCount: 1 } });
    expect(await gateway.items.countDocuments()).toBe(1);
  });
});

describe('collections and indexes', () => {
  test('an index is listed as it was made, changed by collMod and dropped by name', async () => {
    await gateway.items.createIndexes([
      { key: { a: 1, b: -1 }, name: 'pair' },
      { key: { email: 1 }, name: 'email', unique: true, sparse: true },
      { key: { at: 1 }, name: 'ttl', expireAfterSeconds: 60 },
      { key: { c: 1 }, name: 'part', partialFilterExpression: { c: { $gt: 5 } } },
    ]);
    await gateway.db.command({
      collMod: gateway.items.collectionName,
      index: { name: 'ttl', expireAfterSeconds: 120 },
    });
    await gateway.items.dropIndex('pair');

    const indexes = await gateway.items.indexes();

    expect(indexes.map(({ name }) => name)).toEqual(['_id_', 'email', 'ttl', 'part']);
    expect(indexes).toMatchObject([
      { key: { _id: 1 } },
      { key: { email: 1 }, unique: true, sparse: true },
      { key: { at: 1 }, expireAfterSeconds: 120 },
      { key: { c: 1 }, partialFilterExpression: { c: { $gt: 5 } } },
    ]);
  });

  test('workers that start together may all create the same indexes', async () => {
    const create = () => gateway.items.createIndexes([{ key: { a: 1 }, name: 'a', unique: true }]);

    await expect(Promise.all(Array.from({ length: 5 }, create))).resolves.toHaveLength(5);
  });

  test('collections are listed, created once and dropped', async () => {
    const name = gateway.items.collectionName;
    const named = () => gateway.db.listCollections({ name }).toArray();
    expect(await named()).toMatchObject([{ name, type: 'collection' }]);

    expect(await refusalOf(gateway.db.createCollection(name))).toMatchObject({ code: 48 });
    await gateway.items.drop();

    expect(await named()).toEqual([]);
  });

  test('databases are listed', async () => {
    const { databases } = await gateway.db.admin().listDatabases();

    expect(databases.map(({ name }) => name)).toContain(gateway.db.databaseName);
  });
});
