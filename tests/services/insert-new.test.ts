import { randomBytes } from 'node:crypto';
import { expect, inject, onTestFinished, test } from 'vitest';
import { isUnreachable, openDatabase, prepareDatabase } from '../../workers/records/database.ts';
import { insertNew } from '../../workers/records/insert-new.ts';
import { openProxy } from '../support/tcp-proxy.ts';

interface Thing {
  readonly _id: string;
  readonly n?: number;
}

async function openThings(uri = inject('stackEnv')['DOCUMENTDB_URI'] ?? '') {
  const database = await openDatabase(uri, `test_${randomBytes(4).toString('hex')}`);
  onTestFinished(async () => {
    await database.db.dropDatabase().catch(() => undefined);
    await database.close();
  });
  return database;
}

test('inserts what is new and says what was there', async () => {
  const { db } = await openThings();
  const things = db.collection<Thing>('things');
  await insertNew(things, [{ _id: 'b' }]);

  expect(await insertNew(things, [{ _id: 'a' }, { _id: 'b' }, { _id: 'c' }])).toEqual(new Set([1]));
  expect(await things.countDocuments()).toBe(3);
});

test('a connection lost during the insert is an error that says so, never success', async () => {
  const proxy = await openProxy(inject('stackEnv')['DOCUMENTDB_URI'] ?? '', 'insert');
  onTestFinished(proxy.cut);
  const { db } = await openThings(`mongodb://127.0.0.1:${proxy.port}/?directConnection=true`);

  const lost = await insertNew(db.collection<Thing>('things'), [{ _id: 'a' }]).catch(
    (error: unknown) => error,
  );

  expect(lost).toBeInstanceOf(Error);
  expect(isUnreachable(lost)).toBe(true);
});

test('a bulk write on a lost connection counts as unreachable too', async () => {
  const proxy = await openProxy(inject('stackEnv')['DOCUMENTDB_URI'] ?? '', 'update');
  onTestFinished(proxy.cut);
  const { db } = await openThings(`mongodb://127.0.0.1:${proxy.port}/?directConnection=true`);
  const write = db
    .collection<Thing>('things')
    .bulkWrite([{ updateOne: { filter: { _id: 'a' }, update: { $set: { n: 1 } }, upsert: true } }]);

  expect(isUnreachable(await write.catch((error: unknown) => error))).toBe(true);
});

test('anything but a duplicate is an error', async () => {
  const { db } = await openThings();

  await expect(insertNew(db.collection<Thing>('things'), [{ _id: [1] as never }])).rejects.toThrow(
    /could not insert into things/,
  );
});

test('any number of workers may prepare a database at once', async () => {
  const { db } = await openThings();

  await Promise.all(Array.from({ length: 4 }, () => prepareDatabase(db)));

  const indexes = await db.collection('rating_changes').indexes();
  expect(indexes.find((it) => it.name === 'chain')).toMatchObject({ unique: true });
});
