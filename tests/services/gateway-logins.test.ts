import { once } from 'node:events';
import { connect as connectPlainly } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { refusalOf } from '../support/gateway.ts';
import {
  administrator,
  obstacle,
  openSecuredDatabase,
  type SecuredDatabase,
} from '../support/secured-database.ts';

/** The way of Amazon DocumentDB: TLS, SCRAM, users. */
describe.skipIf(obstacle !== undefined)('a DocumentDB with users', () => {
  let database: SecuredDatabase;
  let master: Awaited<ReturnType<SecuredDatabase['connect']>>;
  let made = 0;
  /** Of a user that each test has for itself. */
  let login: { username: string; password: string };
  beforeAll(async () => {
    database = await openSecuredDatabase();
    master = await database.connect(administrator);
  });
  afterAll(() => database?.[Symbol.asyncDispose]());
  beforeEach(async () => {
    made += 1;
    login = { username: `tasks ${made},=é'"`, password: 'first password ½' };
    await master.db('admin').command({
      createUser: login.username,
      pwd: login.password,
      roles: [{ role: 'readWrite', db: 'matchmaking' }],
    });
  });

  const refusalOfLogin = async (auth: { username: string; password: string }) =>
    refusalOf(database.connect(auth));

  test('nobody gets further than the handshake without a login', async () => {
    const stranger = await database.connect(undefined);

    for (const command of [{ ping: 1 }, { find: 'players' }, { listDatabases: 1 }, { makeCoffee: 1 }])
      expect(await refusalOf(stranger.db('admin').command(command))).toMatchObject({
        code: 13,
        codeName: 'Unauthorized',
      });
  });

  test('the driver logs in, whether it names the mechanism or asks for it', async () => {
    for (const authMechanism of ['SCRAM-SHA-256', 'DEFAULT'] as const) {
      const client = await database.connect(login, { authMechanism });
      const players = client.db('matchmaking').collection('players');

      await players.insertOne({ authMechanism });

      expect(await players.countDocuments({ authMechanism })).toBe(1);
    }
  });

  test.each([
    ['a wrong password', () => ({ ...login, password: 'first password' })],
    ['another letter case', () => ({ ...login, username: login.username.toUpperCase() })],
    ['a user who does not exist', () => ({ ...login, username: 'nobody' })],
    ["the engine's own superuser", () => ({ ...login, username: 'postgres' })],
    ['an endless name', () => ({ ...login, username: 'x'.repeat(10_000) })],
  ])('%s is refused with 18, and the next login is served', async (_, auth) => {
    expect(await refusalOfLogin(auth())).toMatchObject({ code: 18, codeName: 'AuthenticationFailed' });
    await database.connect(login);
  });

  test('SCRAM-SHA-1 is refused by name', async () => {
    const attempt = database.connect(login, { authMechanism: 'SCRAM-SHA-1' });

    expect(await refusalOf(attempt)).toMatchObject({ code: 334, codeName: 'MechanismUnavailable' });
  });

  test('a changed password counts for the next login, and leaves the connections there are alone', async () => {
    const before = await database.connect(login, { maxPoolSize: 1 });
    await master.db('admin').command({ updateUser: login.username, pwd: 'second' });

    expect(await refusalOfLogin(login)).toMatchObject({ code: 18 });
    await database.connect({ ...login, password: 'second' });
    expect(await before.db('matchmaking').collection('players').countDocuments({ none: 1 })).toBe(0);
  });

  test('a user who was dropped is refused at once, and again at the next login', async () => {
    const before = await database.connect(login, { maxPoolSize: 1 });
    await before.db('matchmaking').command({ ping: 1 });

    await master.db('admin').command({ dropUser: login.username });

    expect(await refusalOf(before.db('matchmaking').command({ ping: 1 }))).toMatchObject({ code: 13 });
    expect(await refusalOfLogin(login)).toMatchObject({ code: 18 });
  });

  test('users and passwords outlive the gateway, and its file does not bring an old password back', async () => {
    await using own = await openSecuredDatabase();
    const changing = await own.connect(administrator);
    await changing.db('admin').command({ updateUser: administrator.username, pwd: 'changed' });

    await own.gateway.restart();

    expect(await refusalOf(own.connect(administrator))).toMatchObject({ code: 18 });
    await own.connect({ ...administrator, password: 'changed' });
  });

  test('whoever may write one database may do nothing to another, nor to users', async () => {
    const client = await database.connect(login);
    const attempts = [
      client.db('other').collection('c').insertOne({}),
      client.db('other').collection('c').findOne(),
      client.db('matchmaking').dropDatabase(),
      client.db('admin').command({ updateUser: administrator.username, pwd: 'mine' }),
      client.db('admin').command({ createUser: 'more', pwd: 'x', roles: ['root'] }),
    ];

    for (const refusal of await Promise.all(attempts.map(refusalOf)))
      expect(refusal).toMatchObject({ code: 13, codeName: 'Unauthorized' });
  });

  test('whoever may read a database writes nothing there', async () => {
    const reader = { username: `reader-${made}`, password: 'r' };
    const roles = [{ role: 'read', db: 'matchmaking' }];
    await master.db('admin').command({ createUser: reader.username, pwd: reader.password, roles });
    const players = (await database.connect(reader)).db('matchmaking').collection('players');

    expect(await players.countDocuments({ none: 1 })).toBe(0);
    expect(await refusalOf(players.insertOne({}))).toMatchObject({ code: 13 });
  });

  test.each<[string, number, object]>([
    ['a user who is there already', 51003, { createUser: administrator.username, pwd: 'x', roles: ['root'] }],
    ['a role nobody knows', 31, { createUser: 'new', pwd: 'x', roles: ['emperor'] }],
    ['roles that are no list', 2, { createUser: 'new', pwd: 'x', roles: 'root' }],
    ['no password', 2, { createUser: 'new', roles: ['root'] }],
    ['a name that PostgreSQL would cut', 2, { createUser: 'é'.repeat(32), pwd: 'x', roles: ['root'] }],
    ['no name', 2, { createUser: 1, pwd: 'x', roles: ['root'] }],
    ['a change of nobody', 11, { updateUser: 'nobody', pwd: 'x' }],
    ["a change of the engine's superuser", 11, { updateUser: 'postgres', pwd: 'x' }],
    ['the end of nobody', 11, { dropUser: 'nobody' }],
  ])('%s is refused with %i', async (_, code, command) => {
    expect(await refusalOf(master.db('admin').command(command))).toMatchObject({ code });
  });

  test('who knows another authority, or speaks without TLS, is cut off; others are served', async () => {
    await expect(database.connect(login, { tlsCAFile: database.otherAuthority })).rejects.toThrow(
      /certificate/,
    );
    const socket = connectPlainly({ host: '127.0.0.1', port: database.gateway.port });
    socket.on('error', () => {});
    socket.resume();
    socket.write(Buffer.from('GET / HTTP/1.1\r\n\r\n'));
    await once(socket, 'close');
    const abandoned = connectPlainly({ host: '127.0.0.1', port: database.gateway.port });
    await once(abandoned, 'connect');
    abandoned.destroy();

    await database.connect(login);
  });
});
