import { connect } from 'node:net';
import type { Collection, Db, MongoClient } from 'mongodb';
import { MongoClient as Client } from 'mongodb';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startGateway } from '../../infra/local/gateway.ts';
import type { Server } from '../../infra/local/server.ts';
import { type Item, numbered, refusalOf } from '../support/gateway.ts';
import { refusedOnes } from '../support/refused-ones.ts';
import {
  administrator,
  obstacle,
  openSecuredDatabase,
  type SecuredDatabase,
} from '../support/secured-database.ts';

/**
 * As in Docker, where a gateway of others wants TLS and a login: ours with both stands for it here, and
 * another of ours before it. That the one in front refuses by itself is for `gateway-guard-alone.test.ts`.
 */
describe.skipIf(obstacle !== undefined)('a gateway before another', () => {
  let database: SecuredDatabase;
  let guard: Server;
  let client: MongoClient;
  let db: Db;
  let items: Collection<Item>;
  let made = 0;
  const uriOf = (server: Server, more = '') =>
    `mongodb://127.0.0.1:${server.port}/?directConnection=true&retryWrites=false${more}`;
  beforeAll(async () => {
    database = await openSecuredDatabase();
    guard = await startGateway(database.run, ['--upstream', `127.0.0.1:${database.gateway.port}`], 'guard');
    client = await new Client(uriOf(guard), { auth: administrator }).connect();
    db = client.db('guarded');
  });
  beforeEach(async () => {
    made += 1;
    items = await db.createCollection<Item>(`items-${made}`);
  });
  afterAll(async () => {
    await client?.close();
    await database?.[Symbol.asyncDispose]();
  });

  test.each(refusedOnes)('$what is refused with $code', async ({ code, attempt }) => {
    expect(await refusalOf(attempt({ db, items }))).toMatchObject({ code });
  });

  test('retryable writes are refused, and unacknowledged ones do nothing', async () => {
    await using retrying = new Client(uriOf(guard).replace('=false', '=true'), { auth: administrator });
    expect(await refusalOf(retrying.db('guarded').collection('c').insertOne({}))).toMatchObject({
      code: 301,
    });

    await items.updateOne({}, [{ $addFields: { a: 1 } }], { writeConcern: { w: 0 } });
    expect(await items.countDocuments()).toBe(0);
  });

  test('a transaction neither makes a collection nor touches a missing one, and commits what it may do', async () => {
    await using session = client.startSession();
    const missing = () =>
      session.withTransaction(() => db.collection('missing').insertOne({ a: 1 }, { session }));

    expect(await refusalOf(missing())).toMatchObject({ code: 263 });
    await session.withTransaction(async () => {
      await items.insertOne({ _id: 1 }, { session });
      expect(await refusalOf(db.createCollection('made', { session }))).toMatchObject({ code: 263 });
      await items.insertOne({ _id: 2 }, { session });
    });

    expect(await items.countDocuments()).toBe(2);
    expect(await db.listCollections({ name: /^(missing|made)$/ }).toArray()).toEqual([]);
  });

  test('a collection that exists is not made again', async () => {
    expect(await refusalOf(db.createCollection(items.collectionName))).toMatchObject({ code: 48 });
  });

  test('large documents, cursors and bulks pass', async () => {
    const large = 'x'.repeat(3_000_000);
    await items.insertOne({ _id: 'large', large });
    await items.insertMany(numbered(1_000));

    expect((await items.findOne({ _id: 'large' }))?.['large']).toBe(large);
    const read = await items
      .find({ n: { $gte: 0 } })
      .sort({ n: 1 })
      .batchSize(100)
      .toArray();
    expect(read.map(({ n }) => n)).toEqual(numbered(1_000).map(({ n }) => n));
  });

  test('refusals and answers to many at once come to those who asked', async () => {
    const answers = await Promise.all(
      Array.from({ length: 60 }, async (_, n) => {
        if (n % 2 === 0) return (await refusalOf(items.aggregate([{ $set: { n } }]).toArray())).code;
        await items.insertOne({ _id: n });
        return (await items.findOne({ _id: n }))?._id;
      }),
    );

    expect(answers).toEqual(Array.from({ length: 60 }, (_, n) => (n % 2 === 0 ? 304 : n)));
  });

  test('a login is the business of the server behind', async () => {
    const attempt = new Client(uriOf(guard), { auth: { ...administrator, password: 'wrong' } }).connect();
    expect(await refusalOf(attempt)).toMatchObject({ code: 18 });

    await using stranger = new Client(uriOf(guard));
    expect(await refusalOf(stranger.db('guarded').createCollection('c'))).toMatchObject({ code: 13 });
    expect(await refusalOf(stranger.db('guarded').collection('c').findOne())).toMatchObject({ code: 13 });
  });

  test('bytes that are no request, and compressed ones, close their own connection and no other', async () => {
    const compressed = '1500000001000000 00000000dc070000 dd07000000'.replaceAll(' ', '');
    for (const hex of ['ffffff7f', compressed]) {
      const socket = connect({ host: '127.0.0.1', port: guard.port });
      const closed = new Promise((resolve) => socket.once('close', resolve));
      socket.resume().write(Buffer.from(hex, 'hex'));
      await closed;
    }

    expect(await db.command({ ping: 1 })).toMatchObject({ ok: 1 });
  });

  test('while the server behind is away connections end, and afterwards they serve', async () => {
    await using own = new Client(uriOf(guard, '&serverSelectionTimeoutMS=500'), { auth: administrator });
    await own.db('guarded').command({ ping: 1 });

    await database.gateway.kill();
    await expect(own.db('guarded').command({ ping: 1 })).rejects.toThrow();
    await database.gateway.restart();

    await expect
      .poll(() => own.db('guarded').command({ ping: 1 }).catch(String), { timeout: 15_000 })
      .toMatchObject({ ok: 1 });
  });
});
