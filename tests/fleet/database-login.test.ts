import { describe, expect, test, vi } from 'vitest';
import { openFleet } from '../support/fleet.ts';
import type { Item } from '../support/gateway.ts';
import { administrator, obstacle, openSecuredDatabase } from '../support/secured-database.ts';
import { openProxy } from '../support/tcp-proxy.ts';
import { runWorker } from '../support/worker-processes.ts';

const user = 'tasks@fleet';
const passwords = { old: 'p@ss/word:1', new: 'p@ss/word:2' };

/**
 * A fleet whose record wants TLS and the login of a user who may read and write the fleet's database, nothing
 * else.
 */
async function openSecuredFleet() {
  await using opening = new AsyncDisposableStack();
  const fleet = opening.use(await openFleet());
  const database = opening.use(await openSecuredDatabase());
  const master = await database.connect(administrator);
  const name = fleet.env['DOCUMENTDB_DATABASE'];
  const roles = [{ role: 'readWrite', db: name }];
  await master.db('admin').command({ createUser: user, pwd: passwords.old, roles });
  const proxy = await openProxy(`tls://127.0.0.1:${database.gateway.port}`);
  opening.defer(() => proxy.cut());

  const opened = opening.move();
  return {
    ...fleet,
    proxy,
    rotate: () => master.db('admin').command({ updateUser: user, pwd: passwords.new }),
    environment: (password: string) => ({
      DOCUMENTDB_URI: database.uri.replace(/:\d+\//, `:${proxy.port}/`),
      DOCUMENTDB_USERNAME: user,
      DOCUMENTDB_PASSWORD: password,
    }),
    /** Resolves when the session is in the record. */
    stored: (sessionId: string) =>
      vi.waitFor(
        async () =>
          expect(
            await master.db(name).collection<Item>('sessions').findOne({ _id: sessionId }),
          ).not.toBeNull(),
        { timeout: 40_000, interval: 50 },
      ),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

describe.skipIf(obstacle !== undefined)('a record that wants a login', { timeout: 120_000 }, () => {
  test('a password that changes while a worker runs costs no job: the worker says it needs replacing, the next one has it', async () => {
    await using fleet = await openSecuredFleet();
    const health = async ({ healthPort }: { healthPort: number }) => {
      const response = await fetch(`http://127.0.0.1:${healthPort}/healthz`);
      return { status: response.status, body: await response.text() };
    };
    const worker = await fleet.startWorker(fleet.environment(passwords.old));
    await fleet.stored((await fleet.client.createSession({ playerId: fleet.own('ann') })).sessionId);
    expect(await health(worker)).toMatchObject({ status: 200 });

    // Open connections outlive the change, so they end as they do in a failover.
    await fleet.rotate();
    await fleet.proxy.cut();
    await fleet.proxy.mend();
    const { sessionId } = await fleet.client.createSession({ playerId: fleet.own('bob') });
    await vi.waitFor(async () => {
      const { status, body } = await health(worker);
      expect(status).toBe(503);
      expect(body).toContain('DocumentDB refuses the login this process was started with');
    }, 40_000);
    expect(worker.log().map(({ msg }) => msg)).toContain(
      'login refused by DocumentDB: this process waits to be replaced',
    );
    expect(worker.output()).not.toContain(passwords.old);

    worker.send('SIGTERM');
    expect(await worker.ended).toEqual({ code: 0, signal: null });
    await fleet.startWorker(fleet.environment(passwords.new));
    await fleet.stored(sessionId);
    const failed = await Promise.all(Object.values(fleet.queues).map((queue) => queue.getFailedCount()));
    expect(failed.filter((count) => count > 0)).toEqual([]);
  });

  test('a worker that is started with a password nobody knows ends and says why, but not the password', async () => {
    await using fleet = await openSecuredFleet();

    const { code, stdout, stderr } = await runWorker({ ...fleet.env, ...fleet.environment('wrong-one') });

    expect(code).toBe(1);
    expect(stderr).toMatch(/could not use DocumentDB at .*authentication failed/);
    expect(stdout + stderr).not.toContain('wrong-one');
  });
});
