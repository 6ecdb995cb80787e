import { MongoClient } from 'mongodb';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { startGateway } from '../../infra/local/gateway.ts';
import { cacheFolder, openRun } from '../../infra/local/run.ts';
import { type Item, refusalOf } from '../support/gateway.ts';
import { type LenientServer, openLenientServer } from '../support/lenient-server.ts';
import { refusedOnes } from '../support/refused-ones.ts';

const opened = new AsyncDisposableStack();
let behind: LenientServer;
let client: MongoClient;
beforeAll(async () => {
  const run = await openRun(cacheFolder(process.env));
  opened.use(run.resources);
  behind = opened.use(await openLenientServer(run.folder));
  const guard = await startGateway(run, ['--upstream', behind.address], 'guard');
  client = new MongoClient(`mongodb://127.0.0.1:${guard.port}/?directConnection=true&retryWrites=false`);
  opened.defer(() => client.close());
  await client.connect();
});
beforeEach(() => void behind.heard.splice(0));
afterAll(() => opened.disposeAsync());

const at = () => {
  const db = client.db('lenient');
  return { db, items: db.collection<Item>('c') };
};
const heard = () => behind.heard.filter((name) => !/^(hello|isMaster|ismaster|ping|endSessions)$/.test(name));

test.each(refusedOnes.filter(({ by }) => by === 'gateway'))(
  '$what is refused with $code though the server behind would do it, and never hears of it',
  async ({ code, attempt }) => {
    expect(await refusalOf(attempt(at()))).toMatchObject({ code });
    expect(heard()).toEqual([]);
  },
);

// What depends on data, or on a name that no list has, only the engine can judge.
test.each(refusedOnes.filter(({ by }) => by === 'engine'))(
  '$what is left to the server behind',
  async ({ attempt }) => {
    await attempt(at());

    expect(heard()).toHaveLength(1);
  },
);

test('in a transaction the server behind is asked whether the collection exists, and does nothing where it does not', async () => {
  await using session = client.startSession();
  const { items } = at();
  session.startTransaction();

  expect(await refusalOf(items.insertOne({ _id: 1 }, { session }))).toMatchObject({ code: 263 });
  expect(heard()).toEqual(['listCollections']);
});
