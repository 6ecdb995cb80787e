import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MongoClient, type MongoClientOptions } from 'mongodb';
import { postgres } from '../../infra/local/debian/servers.ts';
import { debianTree, treeObstacle } from '../../infra/local/debian/tree.ts';
import { postgresUrl, startGateway } from '../../infra/local/gateway.ts';
import { cacheFolder, openRun } from '../../infra/local/run.ts';
import { makeAuthority } from './authority.ts';

/**
 * Why there can be none here, or undefined: the gateway that has users needs a PostgreSQL of the Debian tree.
 */
export const obstacle = await treeObstacle();

export const administrator = { username: 'master', password: 'pass:word é' };

export type SecuredDatabase = Awaited<ReturnType<typeof openSecuredDatabase>>;

/**
 * A DocumentDB as in production: TLS by a private authority, and nobody without a login. A PostgreSQL of its
 * own behind the gateway; gone when disposed of.
 */
export async function openSecuredDatabase() {
  const env = process.env;
  await using opening = new AsyncDisposableStack();
  const run = await openRun(cacheFolder(env));
  opening.use(run.resources);
  const tree = await debianTree(cacheFolder(env), env, () => {});
  makeAuthority(run.folder, 'ours');
  makeAuthority(run.folder, 'theirs');
  const inFolder = (name: string) => join(run.folder, name);
  const { username, password } = administrator;
  await writeFile(inFolder('users'), `${username}:${password}\n`, { mode: 0o600 });

  const engine = await postgres({ tree, run, durability: 'everysec', movableClock: false });
  const gateway = await startGateway(run, [
    ...['--postgres', postgresUrl(engine), '--users', inFolder('users')],
    ...['--tls-cert', inFolder('ours-server.pem'), '--tls-key', inFolder('ours-server.key')],
  ]);
  const ca = inFolder('ours.pem');
  const uri = `mongodb://127.0.0.1:${gateway.port}/?directConnection=true&tls=true&tlsCAFile=${ca}`;

  const opened = opening.move();
  return {
    run,
    gateway,
    /** Without a login. */
    uri,
    /** The certificate of an authority that did not sign for this database. */
    otherAuthority: inFolder('theirs.pem'),
    /** Closed when the database is. */
    async connect(auth: MongoClientOptions['auth'], more: MongoClientOptions = {}): Promise<MongoClient> {
      const client = new MongoClient(uri, {
        retryWrites: false,
        serverSelectionTimeoutMS: 5_000,
        ...(auth && { auth }),
        ...more,
      });
      opened.defer(() => client.close());
      return client.connect();
    },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}
