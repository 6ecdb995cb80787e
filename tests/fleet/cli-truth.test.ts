import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import { examples } from '../../producers/cli/examples.ts';
import { workerEnvironment } from '../../workers/process/config.ts';
import { type FleetWorker, startWorker } from '../../workers/process/worker.ts';
import { openCliHere, type Ran } from '../support/cli.ts';
import { fleetLines } from '../support/cli-lines.ts';
import { clear, keysOf, openDomain } from '../support/domain.ts';
import { gamesCsv } from '../support/games-csv.ts';
import { openProxy, type TcpProxy } from '../support/tcp-proxy.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const fleet = `truth-${process.pid}`;
let folder: string;
let worker: FleetWorker;
let record: TcpProxy;

/** A worker whose DocumentDB is behind a proxy. */
const start = (domain: string, queues: string) => {
  const { DOCUMENTDB_URI = '', ...env } = inject('stackEnv');
  const database = new URL(DOCUMENTDB_URI);
  database.host = `127.0.0.1:${record.port}`;
  const settings = { DOMAIN: domain, DOCUMENTDB_DATABASE: domain.replaceAll('-', '_'), QUEUES: queues };
  const config = workerEnvironment.parse({
    ...env,
    ...settings,
    DOCUMENTDB_URI: String(database),
    LOG_LEVEL: 'silent',
    METRICS_SINK: 'none',
    GRACE_MS: '100',
    AWS_XRAY_DAEMON_ADDRESS: undefined,
  });
  return startWorker(config, {});
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cli-truth-'));
  const { 'rule-set.json': ruleSet, 'configuration.json': configuration } = examples;
  const more = { wider: ruleSet, asking: configuration, longer: configuration };
  const files = [
    ...Object.entries(examples),
    ...Object.entries(more).map(([it, value]) => [`${it}.json`, value]),
  ];
  for (const [name, value] of files) await writeFile(join(folder, String(name)), JSON.stringify(value));
  await writeFile(join(folder, 'games.csv'), gamesCsv(800));
  await writeFile(join(folder, 'result'), JSON.stringify(examples['result.json']));
  record = await openProxy(inject('stackEnv')['DOCUMENTDB_URI'] ?? '');
  worker = await start(fleet, 'maintenance,matchmaking');
});

afterAll(async () => {
  await record?.cut();
  await worker?.stop();
  await using domain = await openDomain();
  await clear(domain.redis, fleet);
  await rm(folder, { recursive: true, force: true });
});

describe('a fleet that has never run', () => {
  test.each(fleetLines)('%s says so, and leaves nothing behind', async (line) => {
    await using domain = await openDomain();
    const never = `${domain.domain}-never`;

    const ran = await openCliHere(never, folder)(...line.replaceAll(/[{}]/g, '').split(' '));

    expect(ran).toMatchObject({ code: 1, out: '' });
    expect(ran.err).toContain(`no worker has ever served domain "${never}"`);
    expect(await keysOf(domain.redis, `{${never}.*`)).toEqual([]);
  });

  test('the session cache is named where it is asked instead of the queue', async () => {
    const { err } = await openCliHere(fleet, folder, inject('stackEnv')['CACHE_REDIS_URL'])('queue', 'list');

    expect(err).toContain('so it is the session cache rather than the queue Redis');
  });
});

/** The first line about waiting, which has come in time. */
function waiting({ told }: Ran): string {
  const first = told.find(({ line }) => line.startsWith('waiting: '));
  expect(first?.ms).toBeLessThan(3_000);
  return first?.line ?? '';
}

describe('what a command waits for is told within three seconds', () => {
  const cli = (...words: string[]) => openCliHere(fleet, folder)(...words);

  test('a paused queue', async () => {
    await cli('queue', 'pause', 'maintenance');
    const ran = cli('rule-set', 'list');
    await vi.waitFor(() => expect(vi.mocked(console.error)).toHaveBeenCalled(), { timeout: 20_000 });
    await using domain = await openDomain();
    await domain.redis.hdel(`{${fleet}.maintenance}:maintenance:meta`, 'paused');

    expect(waiting(await ran)).toContain('queue maintenance is paused');
    await cli('queue', 'resume', 'maintenance');
  });

  test('no worker that serves maintenance', async () => {
    const alone = `${fleet}-alone`;
    const lonely = await start(alone, 'matchmaking');
    const ran = await openCliHere(alone, folder)('rule-set', 'list');

    expect(waiting(ran)).toContain('no worker serves queue maintenance');
    expect(ran).toMatchObject({ code: 1, err: expect.stringContaining('within 30 s: no worker serves') });
    await lonely.stop();
    await using domain = await openDomain();
    await clear(domain.redis, alone);
  });

  test('a DocumentDB that is away; what is asked is answered once it is back, and no dead letter is left', async () => {
    await record.cut();
    const ran = cli('rule-set', 'list');
    await vi.waitFor(
      () =>
        expect(vi.mocked(console.error)).toHaveBeenCalledWith(
          expect.stringContaining('DocumentDB cannot be reached; it is tried again'),
        ),
      { timeout: 25_000 },
    );
    await record.mend();

    expect(waiting(await ran)).toMatch(/DocumentDB (cannot be reached|does not answer)/);
    expect(await ran).toMatchObject({ code: 0 });
    for (const queue of ['maintenance', 'matchmaking'])
      expect((await cli('queue', 'failed', queue)).out).toBe(`nothing failed on ${queue}\n`);
  });

  test('a DocumentDB that hangs', async () => {
    expect(await cli('rule-set', 'list')).toMatchObject({ code: 0 });
    record.stall();

    const ran = await cli('rule-set', 'list');

    expect(waiting(ran)).toContain('DocumentDB does not answer');
    expect(ran.code).toBe(1);
  });
});
