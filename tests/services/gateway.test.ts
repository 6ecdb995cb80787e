import { once } from 'node:events';
import { connect } from 'node:net';
import {
  type AnyBulkWriteOperation,
  type ClientSession,
  type Collection,
  Decimal128,
  type Document,
  Int32,
  Long,
  MongoClient,
  MongoServerError,
  ObjectId,
} from 'mongodb';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';

const uri = inject('stackEnv')['DOCUMENTDB_URI'] ?? '';
const client = new MongoClient(uri);
const db = client.db(`gateway-${new ObjectId().toHexString()}`);

interface Item extends Document {
  _id: number | string;
}

/** A collection of its own for each test, so that none sees another's documents. */
let items: Collection<Item>;
let made = 0;

beforeAll(() => client.connect());
beforeEach(async () => {
  made += 1;
  items = await db.createCollection<Item>(`items-${made}`);
});
afterAll(async () => {
  await db.dropDatabase();
  await client.close();
});

/** The error of something that must fail, as the server sent it. */
async function refusalOf(attempt: Promise<unknown>): Promise<MongoServerError> {
  const error = await attempt.then(
    () => new Error('nothing was refused'),
    (reason: unknown) => reason,
  );
  if (error instanceof MongoServerError) return error;
  throw error;
}

const numbered = (count: number) => Array.from({ length: count }, (_, n) => ({ _id: n, n }));

async function inTransaction<T>(work: (session: ClientSession) => Promise<T>): Promise<T> {
  await using session = client.startSession();
  session.startTransaction({ readPreference: 'primary' });
  return await work(session);
}

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
    await items.insertOne(document);

    const found = await items.findOne({ _id: 'types' }, { promoteValues: false, promoteLongs: false });

    expect(found).toMatchObject({ ...document, double: expect.anything() });
    expect(Number(found?.['double'])).toBe(0.1);
  });

  test('a document as large as 12 MB goes in and out', async () => {
    const large = 'x'.repeat(12_000_000);
    await items.insertOne({ _id: 1, large });

    expect((await items.findOne({ _id: 1 }))?.['large']).toBe(large);
  });

  test('updates say what they matched, changed and created', async () => {
    await items.insertMany(numbered(3));

    const changed = await items.updateMany({ n: { $gte: 1 } }, { $inc: { n: 10 } });
    const same = await items.updateOne({ _id: 0 }, { $set: { n: 0 } });
    const created = await items.updateOne({ _id: 9 }, { $setOnInsert: { n: 9 } }, { upsert: true });
    const removed = await items.deleteMany({ n: { $gt: 10 } });

    expect(changed).toMatchObject({ matchedCount: 2, modifiedCount: 2 });
    expect(same).toMatchObject({ matchedCount: 1, modifiedCount: 0 });
    expect(created).toMatchObject({ upsertedCount: 1, upsertedId: 9 });
    expect(removed.deletedCount).toBe(2);
    expect(await items.find().sort({ _id: 1 }).toArray()).toEqual([
      { _id: 0, n: 0 },
      { _id: 9, n: 9 },
    ]);
  });

  test('array operators and array filters change what they name', async () => {
    await items.insertOne({ _id: 1, list: [1, 2, 3], parts: [{ k: 1 }, { k: 2 }] });

    await items.updateOne(
      { _id: 1 },
      { $push: { list: { $each: [4, 5], $slice: -4 } }, $set: { 'parts.$[part].seen': true } } as object,
      { arrayFilters: [{ 'part.k': 2 }] },
    );

    expect(await items.findOne({ _id: 1 })).toEqual({
      _id: 1,
      list: [2, 3, 4, 5],
      parts: [{ k: 1 }, { k: 2, seen: true }],
    });
  });

  test('findOneAndUpdate compares and sets once', async () => {
    await items.insertOne({ _id: 1, version: 1 });
    const next = () =>
      items.findOneAndUpdate({ _id: 1, version: 1 }, { $set: { version: 2 } }, { returnDocument: 'after' });

    const outcomes = await Promise.all([next(), next(), next()]);

    expect(outcomes.filter((outcome) => outcome !== null)).toEqual([{ _id: 1, version: 2 }]);
    expect(await items.findOneAndDelete({ _id: 1 })).toEqual({ _id: 1, version: 2 });
  });

  test('a bulk of every kind of write counts each', async () => {
    const result = await items.bulkWrite([
      { insertOne: { document: { _id: 1 } } },
      { updateOne: { filter: { _id: 1 }, update: { $set: { a: 1 } } } },
      { replaceOne: { filter: { _id: 2 }, replacement: { b: 1 }, upsert: true } },
      { deleteOne: { filter: { _id: 1 } } },
    ]);

    expect(result).toMatchObject({ insertedCount: 1, modifiedCount: 1, upsertedCount: 1, deletedCount: 1 });
    expect(await items.find().toArray()).toEqual([{ _id: 2, b: 1 }]);
  });

  test('count, distinct and aggregate agree', async () => {
    await items.insertMany(numbered(10).map((item) => ({ ...item, odd: Number(item._id) % 2 === 1 })));

    const groups = await items
      .aggregate([{ $group: { _id: '$odd', sum: { $sum: '$n' } } }, { $sort: { _id: 1 } }])
      .toArray();

    expect(groups).toEqual([
      { _id: false, sum: 20 },
      { _id: true, sum: 25 },
    ]);
    expect(await items.countDocuments({ odd: true })).toBe(5);
    expect(await items.estimatedDocumentCount()).toBe(10);
    expect((await items.distinct('odd')).sort()).toEqual([false, true]);
  });

  test('an unacknowledged write is carried out and answered by silence', async () => {
    const single = new MongoClient(uri, { maxPoolSize: 1 });
    await using _ = { [Symbol.asyncDispose]: () => single.close() };
    const silent = single.db(db.databaseName).collection<Item>(items.collectionName);

    await silent.insertOne({ _id: 1 }, { writeConcern: { w: 0 } });

    expect(await silent.findOne({ _id: 1 })).toEqual({ _id: 1 });
  });
});

describe('cursors', () => {
  test.each([{}, { n: -1 } as const])('all pages are read, once each, sorted by %o', async (sort) => {
    await items.insertMany(numbered(250));

    const found = await items.find().sort(sort).batchSize(20).toArray();

    expect(found.map(({ _id }) => _id).sort((a, b) => Number(a) - Number(b))).toEqual(
      numbered(250).map(({ _id }) => _id),
    );
    if ('n' in sort) expect(found[0]).toEqual({ _id: 249, n: 249 });
  });

  test('a closed cursor is gone', async () => {
    await items.insertMany(numbered(50));
    const cursor = items.find().sort({ n: 1 }).batchSize(5);
    await cursor.next();
    const id = cursor.id;

    await cursor.close();

    const refused = await refusalOf(db.command({ getMore: id, collection: items.collectionName }));
    expect(refused).toMatchObject({ code: 43, codeName: 'CursorNotFound' });
  });

  test('a cursor that holds a connection goes with the driver that opened it', async () => {
    await items.insertMany(numbered(50));
    const other = await new MongoClient(uri).connect();
    const cursor = other
      .db(db.databaseName)
      .collection(items.collectionName)
      .find()
      .sort({ n: 1 })
      .batchSize(5);
    await cursor.next();
    const getMore = { getMore: cursor.id, collection: items.collectionName, batchSize: 1 };
    expect(await db.command(getMore)).toMatchObject({ ok: 1 });
    await other.db(db.databaseName).command({ ...getMore });

    await other.close();

    await expect.poll(() => refusalOf(db.command(getMore)).then(({ code }) => code)).toBe(43);
  });
});

describe('duplicates', () => {
  test('are 11000 by whatever way, and name their index', async () => {
    await items.createIndex({ email: 1 }, { unique: true, sparse: true, name: 'by-email' });
    await items.insertMany([
      { _id: 1, email: 'a' },
      { _id: 2, email: 'b' },
    ]);
    const set = { $set: { email: 'a' } };
    const ways = [
      items.insertOne({ _id: 3, email: 'a' }),
      items.updateOne({ _id: 2 }, set),
      items.updateOne({ _id: 4 }, set, { upsert: true }),
      items.findOneAndUpdate({ _id: 2 }, set),
      items.bulkWrite([{ replaceOne: { filter: { _id: 2 }, replacement: { email: 'a' } } }]),
    ];

    const errors = await Promise.all(ways.map(refusalOf));

    expect(errors.map(({ code }) => code)).toEqual(ways.map(() => 11000));
    for (const { message } of errors) expect(message).toMatch(/^E11000 .* index: by-email$/);
    expect(errors[0]).toMatchObject({ keyPattern: { email: 1 } });
    expect(await refusalOf(items.insertOne({ _id: 1 }))).toMatchObject({
      code: 11000,
      keyPattern: { _id: 1 },
    });
  });

  test('in an unordered insert leave out nothing but themselves', async () => {
    await items.insertMany(numbered(500));
    const again = Array.from({ length: 1_000 }, (_, n) => ({ _id: n }));

    const error = await refusalOf(items.insertMany(again, { ordered: false }));

    expect(error).toMatchObject({ code: 11000, result: { insertedCount: 500 } });
    const failed = (error as unknown as { writeErrors: { index: number; code: number }[] }).writeErrors;
    expect(failed.map(({ index }) => index).sort((a, b) => a - b)).toEqual(
      numbered(500).map(({ _id }) => _id),
    );
    expect(new Set(failed.map(({ code }) => code))).toEqual(new Set([11000]));
    expect(await items.countDocuments()).toBe(1_000);
  });

  test('stop an ordered insert where they are', async () => {
    const error = await refusalOf(items.insertMany([{ _id: 1 }, { _id: 1 }, { _id: 2 }]));

    expect(error).toMatchObject({ code: 11000, result: { insertedCount: 1 } });
    expect(await items.countDocuments()).toBe(1);
  });
});

describe('collections and indexes', () => {
  test('an index is listed as it was made, changed by collMod and dropped by name', async () => {
    await items.createIndexes([
      { key: { a: 1, b: -1 }, name: 'pair' },
      { key: { email: 1 }, name: 'email', unique: true, sparse: true },
      { key: { at: 1 }, name: 'ttl', expireAfterSeconds: 60 },
      { key: { c: 1 }, name: 'part', partialFilterExpression: { c: { $gt: 5 } } },
    ]);
    await db.command({ collMod: items.collectionName, index: { name: 'ttl', expireAfterSeconds: 120 } });
    await items.dropIndex('pair');

    const indexes = await items.indexes();

    expect(indexes.map(({ name }) => name)).toEqual(['_id_', 'email', 'ttl', 'part']);
    expect(indexes).toMatchObject([
      { key: { _id: 1 } },
      { key: { email: 1 }, unique: true, sparse: true },
      { key: { at: 1 }, expireAfterSeconds: 120 },
      { key: { c: 1 }, partialFilterExpression: { c: { $gt: 5 } } },
    ]);
  });

  test('workers that start together may all create the same indexes', async () => {
    const create = () => items.createIndexes([{ key: { a: 1 }, name: 'a', unique: true }]);

    await expect(Promise.all(Array.from({ length: 5 }, create))).resolves.toHaveLength(5);
  });

  test('collections are listed, created once and dropped', async () => {
    const name = items.collectionName;
    const named = () => db.listCollections({ name }).toArray();
    expect(await named()).toMatchObject([{ name, type: 'collection' }]);

    expect(await refusalOf(db.createCollection(name))).toMatchObject({ code: 48 });
    await items.drop();

    expect(await named()).toEqual([]);
  });

  test('databases are listed', async () => {
    const { databases } = await db.admin().listDatabases();

    expect(databases.map(({ name }) => name)).toContain(db.databaseName);
  });
});

describe('transactions', () => {
  test('a commit shows everything at once, and nothing before', async () => {
    await items.insertOne({ _id: 1, n: 0 });

    await inTransaction(async (session) => {
      await items.updateOne({ _id: 1 }, { $inc: { n: 1 } }, { session });
      await items.insertOne({ _id: 2 }, { session });
      expect(await items.find({}, { session }).sort({ _id: 1 }).toArray()).toEqual([
        { _id: 1, n: 1 },
        { _id: 2 },
      ]);
      expect(await items.find().toArray()).toEqual([{ _id: 1, n: 0 }]);
      await session.commitTransaction();
    });

    expect(await items.countDocuments()).toBe(2);
  });

  test('an abort leaves nothing', async () => {
    await inTransaction(async (session) => {
      await items.insertOne({ _id: 1 }, { session });
      await session.abortTransaction();
    });

    expect(await items.countDocuments()).toBe(0);
  });

  test('a conflict is 112, marked as transient, and ends the transaction', async () => {
    await items.insertOne({ _id: 1, n: 0 });

    await inTransaction(async (session) => {
      await items.findOne({ _id: 1 }, { session });
      await items.updateOne({ _id: 1 }, { $inc: { n: 1 } });
      const conflict = await refusalOf(items.updateOne({ _id: 1 }, { $inc: { n: 1 } }, { session }));
      const commit = await refusalOf(session.commitTransaction());

      expect(conflict).toMatchObject({ code: 112, codeName: 'WriteConflict' });
      expect(conflict.hasErrorLabel('TransientTransactionError')).toBe(true);
      expect(commit).toMatchObject({ code: 251, codeName: 'NoSuchTransaction' });
    });
  });

  test('withTransaction gets concurrent increments right', async () => {
    await items.insertOne({ _id: 1, n: 0 });
    const increment = () =>
      client.withSession((session) =>
        session.withTransaction(async () => {
          const found = await items.findOne({ _id: 1 }, { session });
          await items.updateOne({ _id: 1 }, { $set: { n: Number(found?.['n']) + 1 } }, { session });
        }),
      );

    await Promise.all([increment(), increment(), increment(), increment()]);

    expect(await items.findOne({ _id: 1 })).toEqual({ _id: 1, n: 4 });
  });

  test('a duplicate key ends the transaction', async () => {
    await items.insertOne({ _id: 1 });

    await inTransaction(async (session) => {
      await items.insertOne({ _id: 2 }, { session });
      expect(await refusalOf(items.insertOne({ _id: 1 }, { session }))).toMatchObject({ code: 11000 });
      expect(await refusalOf(items.insertOne({ _id: 3 }, { session }))).toMatchObject({ code: 251 });
    });

    expect(await items.find().toArray()).toEqual([{ _id: 1 }]);
  });

  test('a lost driver takes its transaction and its locks along', async () => {
    await items.insertOne({ _id: 1, n: 0 });
    const other = await new MongoClient(uri).connect();
    const session = other.startSession();
    session.startTransaction();
    const theirs = other.db(db.databaseName).collection<Item>(items.collectionName);
    await theirs.updateOne({ _id: 1 }, { $set: { n: 1 } }, { session });

    const waiting = items.updateOne({ _id: 1, n: 0 }, { $set: { n: 2 } });
    await other.close();

    expect((await waiting).modifiedCount).toBe(1);
  });

  test('what does not exist can neither be created nor touched inside', async () => {
    const absent = db.collection<Item>(`absent-${made}`);
    const attempts: ((session: ClientSession) => Promise<unknown>)[] = [
      (session) => absent.insertOne({ _id: 1 }, { session }),
      (session) => absent.findOne({}, { session }),
      (session) => db.createCollection(absent.collectionName, { session }),
      (session) => items.createIndex({ a: 1 }, { session }),
    ];

    for (const attempt of attempts)
      expect(await refusalOf(inTransaction(attempt))).toMatchObject({ code: 263 });
    expect(await db.listCollections({ name: absent.collectionName }).toArray()).toEqual([]);
  });

  test('a result longer than its first page cannot be read on inside', async () => {
    await items.insertMany(numbered(20));

    const attempt = inTransaction((session) => items.find({}, { session, batchSize: 5 }).toArray());

    expect(await refusalOf(attempt)).toMatchObject({ code: 263 });
  });
});

describe('concurrent writers', () => {
  test('lose no increment', async () => {
    await items.insertOne({ _id: 1, n: 0 });

    await Promise.all(Array.from({ length: 40 }, () => items.updateOne({ _id: 1 }, { $inc: { n: 1 } })));

    expect(await items.findOne({ _id: 1 })).toEqual({ _id: 1, n: 40 });
  });

  test('of the same documents in opposite orders do not get in each other’s way', async () => {
    await items.insertMany(numbered(100).map(({ _id }) => ({ _id, n: 0 })));
    const forward: AnyBulkWriteOperation<Item>[] = numbered(100).map(({ _id }) => ({
      updateOne: { filter: { _id }, update: { $inc: { n: 1 } } },
    }));
    const backward = forward.toReversed();

    const results = await Promise.all(
      Array.from({ length: 8 }, (_, k) =>
        items.bulkWrite(k % 2 === 0 ? forward : backward, { ordered: k % 4 < 2 }),
      ),
    );

    expect(results.map(({ modifiedCount }) => modifiedCount)).toEqual(results.map(() => 100));
    expect(await items.distinct('n')).toEqual([8]);
  });
});

describe('inserts racing for the same value of a unique index', () => {
  test('are settled soon: one is in, the others are duplicates', async () => {
    await items.createIndexes([
      { key: { email: 1 }, name: 'email', unique: true },
      { key: { n: 1 }, name: 'n' },
    ]);
    const started = performance.now();

    for (const { n } of numbered(10)) {
      const pair = (writer: number) =>
        [0, 1].map((part) => ({ _id: `${n}-${writer}-${part}`, email: n * 2 + part }));
      const outcomes = await Promise.allSettled(
        [1, 2, 3, 4, 5, 6].map((writer) => items.insertMany(pair(writer), { ordered: false })),
      );

      const failures = outcomes.filter(({ status }) => status === 'rejected');
      expect(failures.map((failure) => (failure as PromiseRejectedResult).reason.code)).toEqual(
        failures.map(() => 11000),
      );
      expect(await items.countDocuments({ email: { $in: [n * 2, n * 2 + 1] } })).toBe(2);
    }

    expect(performance.now() - started).toBeLessThan(10_000);
  });
});

describe('writers racing to create the same document by upsert', () => {
  const writers = Array.from({ length: 6 }, (_, writer) => writer);

  test('one at a time each add their part, and one is told that it came first', async () => {
    for (const { _id } of numbered(20)) {
      const results = await Promise.all(
        writers.map(() => items.updateOne({ _id }, { $inc: { n: 1 } }, { upsert: true })),
      );

      expect(results.filter(({ upsertedCount }) => upsertedCount === 1)).toHaveLength(1);
      expect(await items.findOne({ _id })).toEqual({ _id, n: writers.length });
    }
  });

  test('by findOneAndUpdate see nothing there once only', async () => {
    for (const { _id } of numbered(20)) {
      const results = await Promise.all(
        writers.map(() => items.findOneAndUpdate({ _id }, { $inc: { n: 1 } }, { upsert: true })),
      );

      expect(results.filter((before) => before === null)).toHaveLength(1);
      expect(await items.findOne({ _id })).toEqual({ _id, n: writers.length });
    }
  });

  test.each([true, false])('in bulks, ordered: %s, each create what nobody else did', async (ordered) => {
    const forward: AnyBulkWriteOperation<Item>[] = numbered(100).map(({ _id }) => ({
      updateOne: { filter: { _id }, update: { $inc: { n: 1 } }, upsert: true },
    }));
    const backward = forward.toReversed();

    const results = await Promise.all(
      writers.map((writer) => items.bulkWrite(writer % 2 === 0 ? forward : backward, { ordered })),
    );

    expect(results.reduce((sum, { upsertedCount }) => sum + upsertedCount, 0)).toBe(100);
    expect(results.map(({ upsertedCount, matchedCount }) => upsertedCount + matchedCount)).toEqual(
      writers.map(() => 100),
    );
    expect(await items.distinct('n')).toEqual([writers.length]);
  });

  test('keep the type of the _id they report', async () => {
    const _id = Long.fromNumber(7) as unknown as number;
    const { upsertedIds } = await items.bulkWrite(
      [{ updateOne: { filter: { _id }, update: { $set: { a: 1 } }, upsert: true } }],
      { promoteValues: false, promoteLongs: false } as object,
    );

    expect(upsertedIds[0]).toEqual(_id);
  });
});

describe('refusals', () => {
  test('a driver with its default of retryable writes is told that there are none', async () => {
    const retrying = new MongoClient(uri.replace('retryWrites=false', 'retryWrites=true'));
    await using _ = { [Symbol.asyncDispose]: () => retrying.close() };

    const error = await refusalOf(retrying.db(db.databaseName).collection('c').insertOne({ a: 1 }));

    expect(error).toMatchObject({ code: 301, message: 'Retryable writes are not supported' });
  });

  test.each<[string, number, () => Promise<unknown>]>([
    ['$facet', 304, () => items.aggregate([{ $facet: { a: [] } }]).toArray()],
    ['$set as a stage', 304, () => items.aggregate([{ $set: { a: 1 } }]).toArray()],
    [
      'an unsupported operator',
      305,
      () => items.aggregate([{ $project: { a: { $round: '$n' } } }]).toArray(),
    ],
    ['a pipeline as update', 303, () => items.updateOne({}, [{ $addFields: { a: 1 } }])],
    ['a collation', 303, () => items.find({}, { collation: { locale: 'en' } }).toArray()],
    ['a capped collection', 303, () => db.createCollection('capped', { capped: true, size: 1_000 })],
    ['a validator', 303, () => db.createCollection('valid', { validator: { $jsonSchema: {} } })],
    ['a change stream', 136, () => items.watch().next()],
    ['map-reduce', 303, () => db.command({ mapReduce: items.collectionName })],
    ['the bulkWrite command', 59, () => db.command({ bulkWrite: 1, ops: [], nsInfo: [] })],
    ['an unknown command', 59, () => db.command({ makeCoffee: 1 })],
    ['an unknown stage', 40324, () => items.aggregate([{ $brew: {} }]).toArray()],
    ['an unknown operator', 2, () => items.find({ a: { $brew: 1 } }).toArray()],
    [
      'an index that contradicts another',
      86,
      () => items.createIndexes([{ key: { _id: -1 }, name: '_id_' }]),
    ],
    ['a missing index', 27, () => items.dropIndex('none')],
    ['a missing collection', 26, () => db.collection('none').indexes()],
  ])('%s is refused with %i', async (_, code, attempt) => {
    expect(await refusalOf(attempt())).toMatchObject({ code });
  });

  test('a query beyond its time is stopped with 50', async () => {
    await items.insertOne({ _id: 1 });
    const endless = { $reduce: { input: { $range: [0, 3_000_000] }, initialValue: 0, in: '$$this' } };

    const attempt = items.find({ $expr: { $gt: [endless, -1] } }, { maxTimeMS: 20 }).toArray();

    expect(await refusalOf(attempt)).toMatchObject({ code: 50, codeName: 'MaxTimeMSExpired' });
  });
});

describe('the wire', () => {
  const { hostname, port } = new URL(uri.replace(/^mongodb:/, 'http:'));

  /** Opens a connection, says `bytes` and waits for the other side to close it. */
  async function closedAfter(bytes: Buffer): Promise<void> {
    const socket = connect({ host: hostname, port: Number(port) });
    socket.resume();
    socket.write(bytes);
    await once(socket, 'close');
  }

  test.each<[string, string]>([
    ['a length beyond 48 MB', 'ffffff7f'],
    ['a negative length', 'ffffffff'],
    ['an HTTP request', Buffer.from('GET / HTTP/1.1\r\nHost: a\r\n\r\n').toString('hex')],
    ['a message with no section', '14000000010000000000000 0dd07000000000000'.replaceAll(' ', '')],
  ])('%s closes its own connection and no other', async (_, hex) => {
    await closedAfter(Buffer.from(hex, 'hex'));

    expect(await db.command({ ping: 1 })).toMatchObject({ ok: 1 });
  });

  test('a command that is not BSON is answered by an error and the connection lives on', async () => {
    const socket = connect({ host: hostname, port: Number(port) });
    const broken = '1a0000000100000000000000dd0700000000000000050000007f'.replace('050000007f', '0500000001');
    socket.write(Buffer.from(broken, 'hex'));

    const [reply] = await once(socket, 'data');

    expect((reply as Buffer).includes('FailedToParse')).toBe(true);
    expect(socket.readyState).toBe('open');
    socket.destroy();
  });
});
