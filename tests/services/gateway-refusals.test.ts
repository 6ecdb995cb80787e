import { once } from 'node:events';
import { connect } from 'node:net';
import { MongoClient } from 'mongodb';
import { describe, expect, test } from 'vitest';
import { driveGateway, refusalOf } from '../support/gateway.ts';
import { refusedOnes } from '../support/refused-ones.ts';

const gateway = driveGateway();

describe('refusals', () => {
  test('a driver with its default of retryable writes is told that there are none', async () => {
    const retrying = new MongoClient(gateway.uri.replace('retryWrites=false', 'retryWrites=true'));
    await using _ = { [Symbol.asyncDispose]: () => retrying.close() };

    const error = await refusalOf(retrying.db(gateway.db.databaseName).collection('c').insertOne({ a: 1 }));

    expect(error).toMatchObject({ code: 301, message: 'Retryable writes are not supported' });
  });

  test.each(refusedOnes)('$what is refused with $code', async ({ code, attempt }) => {
    expect(await refusalOf(attempt(gateway))).toMatchObject({ code });
  });

  test('a query beyond its time is stopped with 50', async () => {
    await gateway.items.insertOne({ _id: 1 });
    const endless = { $reduce: { input: { $range: [0, 3_000_000] }, initialValue: 0, in: '$$this' } };

    const attempt = gateway.items.find({ $expr: { $gt: [endless, -1] } }, { maxTimeMS: 20 }).toArray();

    expect(await refusalOf(attempt)).toMatchObject({ code: 50, codeName: 'MaxTimeMSExpired' });
  });
});

describe('the wire', () => {
  const { hostname, port } = new URL(gateway.uri.replace(/^mongodb:/, 'http:'));

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

    expect(await gateway.db.command({ ping: 1 })).toMatchObject({ ok: 1 });
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
