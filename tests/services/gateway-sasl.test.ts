import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';
import { type Document, type MongoClient, MongoServerError } from 'mongodb';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  administrator,
  obstacle,
  openSecuredDatabase,
  type SecuredDatabase,
} from '../support/secured-database.ts';

/** Logins as no driver makes them, on one connection that nobody is logged in on. */
describe.skipIf(obstacle !== undefined)('a login that goes wrong', () => {
  let database: SecuredDatabase;
  let stranger: MongoClient;
  beforeAll(async () => {
    database = await openSecuredDatabase();
  });
  beforeEach(async () => {
    stranger = await database.connect(undefined, { maxPoolSize: 1 });
  });
  afterAll(() => database?.[Symbol.asyncDispose]());

  /** The answer to a command, be it an error. */
  const say = (command: Document): Promise<Document> =>
    stranger
      .db('admin')
      .command(command)
      .catch((error: unknown) => {
        if (error instanceof MongoServerError) return { code: error.code };
        throw error;
      });
  const start = (payload: unknown, more: Document = {}) =>
    say({ saslStart: 1, mechanism: 'SCRAM-SHA-256', payload, ...more });
  const proceed = (payload: unknown, conversationId = 1) => say({ saslContinue: 1, conversationId, payload });
  const first = (nonce = 'abc', user = administrator.username) => Buffer.from(`n,,n=${user},r=${nonce}`);

  const hmac = (key: Buffer, text: string) => createHmac('sha256', key).update(text).digest();

  /**
   * The last message of a client who knows the password, to an opening with nonce `abc` and the answer to it.
   */
  function closing(challenge: string, change: (unproven: string) => string = (it) => it): Buffer {
    const [, nonce = '', salt = '', rounds = ''] = /^r=(.+),s=(.+),i=(\d+)$/.exec(challenge) ?? [];
    const unproven = change(`c=biws,r=${nonce}`);
    const salted = pbkdf2Sync(
      administrator.password,
      Buffer.from(salt, 'base64'),
      Number(rounds),
      32,
      'sha256',
    );
    const key = hmac(salted, 'Client Key');
    const signed = `${first().subarray(3)},${challenge},${unproven}`;
    const signature = hmac(createHash('sha256').update(key).digest(), signed);
    const proof = Buffer.from(key.map((byte, index) => byte ^ (signature[index] ?? 0)));
    return Buffer.from(`${unproven},p=${proof.toString('base64')}`);
  }

  const textOf = ({ payload }: Document) => payload.toString('utf8');
  const loggedIn = async () => (await say({ ping: 1 }))['ok'] === 1;

  test('a client that wants the end told in an empty round gets it', async () => {
    const challenge = textOf(await start(first()));
    const proven = await proceed(closing(challenge));

    expect(proven).toMatchObject({ ok: 1, done: false });
    expect(await proceed(Buffer.alloc(0))).toMatchObject({ ok: 1, done: true });
    expect(await loggedIn()).toBe(true);
    expect(await proceed(Buffer.alloc(0))).toMatchObject({ code: 17 });
  });

  test.each<[string, number, unknown]>([
    ['nothing', 2, undefined],
    ['a text in place of bytes', 2, 'n,,n=master,r=abc'],
    ['no bytes', 18, Buffer.alloc(0)],
    ['bytes that are no text', 18, randomBytes(500)],
    ['more than a kilobyte', 18, Buffer.from(`n,,n=master,r=${'x'.repeat(2_000)}`)],
    ['ten megabytes', 18, Buffer.alloc(10_000_000, 'n')],
    ['no nonce', 18, Buffer.from('n,,n=master,r=')],
    ['another to act for', 18, Buffer.from('n,a=postgres,n=master,r=abc')],
    ['a demand that is not known', 18, Buffer.from('n,,m=x,n=master,r=abc')],
    ['channel binding', 18, Buffer.from('p=tls-unique,,n=master,r=abc')],
    ['a name that is not escaped', 18, Buffer.from('n,,n=a=b,r=abc')],
    ['a name with a zero', 18, Buffer.from('n,,n=a\0b,r=abc')],
  ])('a login that opens with %s is refused with %i', async (_, code, payload) => {
    expect(await start(payload)).toMatchObject({ code });
    expect(await proceed(Buffer.from('c=biws,r=abc,p=AAAA'))).toMatchObject({ code: 17 });
    expect(await loggedIn()).toBe(false);
  });

  test.each<[string, (challenge: string) => Buffer]>([
    ['the nonce of the client alone', (it) => closing(it, () => 'c=biws,r=abc')],
    ['another nonce', (it) => closing(it, (text) => `${text}x`)],
    ['another channel', (it) => closing(it, (text) => text.replace('biws', 'eSws'))],
    ['a proof of zeros', (it) => Buffer.from(`${closing(it)}`.replace(/p=.*/, `p=${'A'.repeat(43)}=`))],
    ['a proof too long', (it) => Buffer.from(`${closing(it)}`.replace(/p=.*/, `p=${'A'.repeat(600)}`))],
    ['no proof', (it) => Buffer.from(`${closing(it)}`.replace(/,p=.*/, ''))],
    ['nothing', () => Buffer.alloc(0)],
    ['ten megabytes', () => Buffer.alloc(10_000_000, 'p')],
  ])('a login that closes with %s is refused, and over', async (_, close) => {
    const challenge = textOf(await start(first()));

    expect(await proceed(close(challenge))).toMatchObject({ code: 18 });
    expect(await proceed(closing(challenge))).toMatchObject({ code: 17 });
    expect(await loggedIn()).toBe(false);
  });

  test('the messages of one login are good for no other', async () => {
    const challenge = textOf(await start(first()));
    const last = closing(challenge);
    expect(await proceed(last)).toMatchObject({ ok: 1 });
    stranger = await database.connect(undefined, { maxPoolSize: 1 });

    expect(await proceed(last)).toMatchObject({ code: 17 });
    await start(first());
    expect(await proceed(last)).toMatchObject({ code: 18 });
    expect(await loggedIn()).toBe(false);
  });

  test('a login that was left off is forgotten by the next, and a failed one leaves the earlier be', async () => {
    const abandoned = textOf(await start(first()));
    const challenge = textOf(await start(first()));
    expect(await proceed(closing(abandoned))).toMatchObject({ code: 18 });

    const again = textOf(await start(first()));
    expect(again).not.toBe(challenge);
    expect(await proceed(closing(again))).toMatchObject({ ok: 1 });
    expect(await start(first('abc', 'nobody'))).toMatchObject({ code: 18 });
    expect(await loggedIn()).toBe(true);
  });

  test('hundreds of logins that are left off hold nobody up', async () => {
    await Promise.all(
      Array.from({ length: 20 }, async () => {
        const client = await database.connect(undefined, { maxPoolSize: 20 });
        const openings = Array.from({ length: 20 }, () =>
          client.db('admin').command({ saslStart: 1, mechanism: 'SCRAM-SHA-256', payload: first() }),
        );
        await Promise.all(openings);
        await client.close();
      }),
    );

    await database.connect(administrator);
  });
});
