import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest';
import { examples } from '../../producers/cli/examples.ts';
import { openProgram } from '../../producers/cli/program.ts';

import { workerEnvironment } from '../../workers/process/config.ts';
import { type FleetWorker, startWorker } from '../../workers/process/worker.ts';
import { openCliHere, type Ran } from '../support/cli.ts';
import { commandOf, fleetLines, localLines } from '../support/cli-lines.ts';
import { openClient, queuesOf } from '../support/client-inside.ts';
import { clear, openDomain } from '../support/domain.ts';
import { openGameLiftAccount } from '../support/gamelift-account.ts';
import { gamesCsv } from '../support/games-csv.ts';

vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

const domain = `lines-${process.pid}`;
let folder: string;
let worker: FleetWorker;
let client: Awaited<ReturnType<typeof openClient>>;
/** What stands in braces in a line. */
const known: Record<string, string> = { secret: inject('stackEnv')['API_KEYS_SECRET'] ?? '' };
let account: Awaited<ReturnType<typeof openGameLiftAccount>> | undefined;

const cli = (line: string): Promise<Ran> =>
  openCliHere(domain, folder)(...line.replaceAll(/\{(\w+)\}/g, (_all, name) => known[name] ?? '').split(' '));
const read = (path: string) => readFile(new URL(`../../${path}`, import.meta.url), 'utf8');
const write = (name: string, value: unknown) => writeFile(join(folder, name), JSON.stringify(value));

beforeAll(async () => {
  const config = workerEnvironment.parse({
    ...inject('stackEnv'),
    DOMAIN: domain,
    DOCUMENTDB_DATABASE: domain.replaceAll('-', '_'),
    LOG_LEVEL: 'silent',
    METRICS_SINK: 'none',
    AWS_XRAY_DAEMON_ADDRESS: undefined,
  });
  worker = await startWorker(config, {});
  client = await openClient({ redisUrl: inject('stackEnv')['QUEUE_REDIS_URL'] ?? '', domain });
  folder = await mkdtemp(join(tmpdir(), 'cli-lines-'));
  for (const [name, value] of Object.entries(examples)) await write(name, value);
  const [rule] = examples['rule-set.json'].rules;
  await write('wider.json', { ...examples['rule-set.json'], rules: [{ ...rule, maxDistance: 200 }] });
  const { 'configuration.json': configuration } = examples;
  await write('longer.json', { ...configuration, requestTimeoutSeconds: 90 });
  const asking = {
    ...configuration,
    name: 'asking',
    acceptanceRequired: true,
    acceptanceTimeoutSeconds: 600,
  };
  await write('asking.json', asking);
  await writeFile(join(folder, 'ratings.csv'), 'player,rating,games\nann,1700,40\nbob,1400,3\n');
  await writeFile(join(folder, 'games.csv'), gamesCsv(800));
});

afterAll(async () => {
  await client?.[Symbol.asyncDispose]();
  await worker?.stop();
  await using own = await openDomain();
  await clear(own.redis, domain);
  await rm(folder, { recursive: true, force: true });
  await account?.[Symbol.asyncDispose]();
  vi.unstubAllEnvs();
});

const leaves = () =>
  openProgram('.').commands.flatMap((group) =>
    group.commands.length === 0 ? [group.name()] : group.commands.map((it) => `${group.name()} ${it.name()}`),
  );

/** Properties that the documentation promises of what a command prints. */
async function documented(): Promise<Map<string, { list: boolean; always: string[]; sometimes: string[] }>> {
  const rows = (await read('producers/cli/README.md')).matchAll(/^\| `([a-z- ]+)` \| `([^`]+)`/gm);
  return new Map(
    [...rows].map(([, command = '', shape = '']) => {
      const names = shape.split(' ').filter((it) => it !== '[]');
      const sometimes = names.filter((it) => it.endsWith('?')).map((it) => it.slice(0, -1));
      const always = names.filter((it) => !it.endsWith('?'));
      return [command, { list: shape.startsWith('[] '), always, sometimes }] as const;
    }),
  );
}

test('every command is documented, and has a line in this test', async () => {
  expect([...(await documented()).keys()].sort()).toEqual(leaves().sort());
  expect(new Set([...fleetLines, ...localLines].map(commandOf))).toEqual(new Set(leaves()));
});

/** Steps of players and services between the lines, by the line that needs them. */
const before: Readonly<Record<string, () => Promise<void>>> = {
  'import gamelift --region eu-central-1 --endpoint-url {account}': async () => {
    for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']) vi.stubEnv(name, 'tests');
    account = await openGameLiftAccount();
    known['account'] = account.url;
  },
  'match show {match}': async () => {
    const players = (id: string) => [{ playerId: id, attributes: { skill: { N: 1_500 } } }];
    const start = (id: string) => client.startMatchmaking({ configuration: 'asking', players: players(id) });
    known['asked'] = (await start('cat')).ticketId;
    await start('dan');
    known['match'] = await matchOf(known['asked'], 'REQUIRES_ACCEPTANCE');
  },
  'ladder correct {result} --reason mistaken': async () => {
    const ids = ['eve', 'fay'].map((playerId) => [{ playerId, attributes: { skill: { N: 1_500 } } }]);
    const tickets = await Promise.all(
      ids.map((players) => client.startMatchmaking({ configuration: 'duel', players })),
    );
    const matchId = await matchOf(tickets[0]?.ticketId ?? '', 'COMPLETED');
    const result = { ...examples['result.json'], matchId };
    await client.reportMatchResult({ ...result, teams: [...result.teams] });
    const rated = async () =>
      expect((await client.readRecord('matches', matchId))[0]?.['result']).toBeDefined();
    await vi.waitFor(rated, { timeout: 60_000, interval: 100 });
    known['result'] = 'corrected.json';
    await write('corrected.json', {
      matchId,
      teams: examples['result.json'].teams.map(({ name }, at) => ({ name, rank: 2 - at })),
    });
  },
};

const matchOf = (ticketId: string, status: string): Promise<string> =>
  vi.waitFor(
    async () => {
      const [ticket] = await client.describeMatchmaking([ticketId]);
      expect(ticket?.status).toBe(status);
      return ticket?.matchId ?? '';
    },
    { timeout: 60_000, interval: 50 },
  );

test('every command prints with --json what its documentation says', async () => {
  const shapes = await documented();
  const wrong: string[] = [];
  for (const line of [...localLines, ...fleetLines]) {
    await before[line]?.();
    const { code, out, err } = await cli(`${line} --json`);
    expect({ line, code, err: code === 0 ? '' : err }).toEqual({ line, code: 0, err: '' });
    const printed = JSON.parse(out) as unknown;
    if (line === 'ticket start ticket.json') known['ticket'] = (printed as { ticketId: string }).ticketId;
    if (line.endsWith('--explain')) continue;
    const { list, always, sometimes } = shapes.get(commandOf(line)) ?? {
      list: false,
      always: [],
      sometimes: [],
    };
    if (Array.isArray(printed) !== list) wrong.push(`${line}: a list or not?`);
    for (const entry of (list ? (printed as object[]) : [printed as object]).slice(0, 3)) {
      const names = Object.keys(entry);
      const missing = always.filter((it) => !names.includes(it));
      const more = line.startsWith('schema')
        ? []
        : names.filter((it) => ![...always, ...sometimes].includes(it));
      if (missing.length + more.length > 0) wrong.push(`${line}: lacks ${missing}, has also ${more}`);
    }
  }

  expect(wrong).toEqual([]);
});

test('why a command failed is JSON too, on stderr', async () => {
  const { code, out, err } = await cli('match show ghost --json');

  expect({ code, out }).toEqual({ code: 1, out: '' });
  expect(JSON.parse(err)).toEqual({
    error: { code: 'not-found', message: expect.stringContaining('there is no match ghost') },
  });
});

/** What stands in angle brackets in the runbook, on this fleet. */
const named: Readonly<Record<string, () => string>> = {
  queue: () => 'matchmaking',
  configuration: () => 'duel',
  'rule-set': () => 'duel',
  pool: () => 'duel',
  ladder: () => 'default',
  player: () => 'ann',
  ticket: () => known['ticket'] ?? '',
  match: () => known['match'] ?? '',
  job: () => known['job'] ?? '',
  group: () => known['group'] ?? '',
};

test('every line of the command line in the runbook can be typed as it stands there', async () => {
  const { id } = await queuesOf(client).matchmaking.add('dance', { kind: 'dance' }, { jobId: 'a-dance' });
  known['job'] = id ?? '';
  await vi.waitFor(async () => expect(await queuesOf(client).matchmaking.getFailedCount()).toBe(1), {
    timeout: 60_000,
  });
  const failed = JSON.parse((await cli('queue failed matchmaking --json')).out);
  known['group'] = failed.groups[0].group;
  const lines = [...(await read('infra/aws/runbook.md')).matchAll(/`fleet ([a-z][^`]*)`/g)].map(
    ([, line = '']) => line.replaceAll(/<([a-z-]+)>/g, (all, name) => named[name]?.() ?? all),
  );

  // Something to go back from.
  await cli('rule-set put duel wider.json');
  await cli('configuration put longer.json');

  expect(lines.length).toBeGreaterThan(25);
  for (const line of new Set(lines)) {
    const { code, err } = await cli(line);
    expect({ line, code, err: code === 0 ? '' : err }).toEqual({ line, code: 0, err: '' });
  }
});
