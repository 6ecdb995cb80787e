import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { DescribedConfiguration } from '../../producers/live/describe-configuration.ts';
import { duelRuleSet } from '../support/builders.ts';
import { openCliHere } from '../support/cli.ts';
import { type Fleet, openFleet } from '../support/fleet.ts';

vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

const eventually = { timeout: 60_000, interval: 50 };

let fleet: Fleet;
let folder: string;
let cli: ReturnType<typeof openCliHere>;

/** One against one, at most 10 apart, 40 after five minutes; players of different regions never meet. */
const racing = JSON.stringify({
  ...JSON.parse(duelRuleSet),
  playerAttributes: [
    { name: 'skill', type: 'number', default: 10 },
    { name: 'region', type: 'string', default: 'eu' },
  ],
  rules: [
    ...JSON.parse(duelRuleSet).rules,
    { name: 'SameRegion', type: 'batchDistance', batchAttribute: 'region' },
  ],
  expansions: [{ target: 'rules[Close].maxDistance', steps: [{ waitTimeSeconds: 300, value: 40 }] }],
});

beforeAll(async () => {
  fleet = await openFleet();
  folder = await mkdtemp(join(tmpdir(), 'cli-'));
  cli = openCliHere(fleet.domain, folder);
  await fleet.startWorker();
  await fleet.install('race', racing, 600);
  await fleet.client.putConfiguration({
    name: 'asked',
    ruleSetName: 'race',
    requestTimeoutSeconds: 600,
    acceptanceRequired: true,
    acceptanceTimeoutSeconds: 60,
  });
  await writeFile(join(folder, 'duel.json'), duelRuleSet);
});

afterAll(async () => {
  await fleet?.[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

const start = (configuration: string, name: string, skill = 10, region = 'eu') =>
  fleet.client.startMatchmaking({
    configuration,
    ticketId: name,
    players: [{ playerId: fleet.own(name), attributes: { skill: { N: skill }, region: { S: region } } }],
  });
const reaches = (ticketId: string, status: string) =>
  vi.waitFor(async () => expect((await fleet.ticket(ticketId))?.status).toBe(status), eventually);
const widest = (text: string) => Math.max(...text.split('\n').map((line) => line.length));

test('an operator sees which pools hold tickets, and why the oldest of one wait', async () => {
  await start('race', 'low', 10);
  await start('race', 'high', 30);
  await start('race', 'far', 10, 'us/west');
  await Promise.all(['low', 'high', 'far'].map((it) => reaches(it, 'SEARCHING')));

  const list = await cli('pool', 'list');
  expect(list.out).toMatch(
    /^pool +tickets +players +oldest\nrace\/eu +2 +2 +\S+\nrace\/us%2Fwest +1 +1 +\S+\n$/,
  );
  expect(JSON.parse((await cli('pool', 'list', '--json')).out)).toMatchObject([
    { pool: 'race/eu', configuration: 'race', values: ['eu'], tickets: 2, players: 2 },
    { pool: 'race/us%2Fwest', values: ['us/west'], tickets: 1 },
  ]);

  const { out } = await cli('pool', 'show', 'race/eu');
  expect(out).toContain('race/eu: 2 tickets with 2 players searching');
  expect(out).toMatch(/low +1 +\S+ +(9m\d\ds|10m00s) +1 of 2/);
  expect(out).toContain('needs 1 more player');
  expect(widest(out)).toBeLessThanOrEqual(100);
  expect(await cli('pool', 'show', 'chess')).toMatchObject({
    code: 1,
    err: expect.stringContaining('configuration: chess does not exist'),
  });
});

test('of one ticket an operator learns in a sentence, then in figures, what it waits for', async () => {
  const { out } = await cli('ticket', 'show', 'low', '--explain');

  expect(out).toMatch(/^low: needs 1 more player, and nobody waiting could play with it/);
  expect(out).toMatch(/nearest +high, misses rule Close by 10 \(limit 10\)/);
  expect(out).toMatch(/in (4m\d\d|5m00)s +rules\[Close\]\.maxDistance goes from 10 to 40/);
  expect(widest(out.split('\n').slice(1).join('\n'))).toBeLessThanOrEqual(100);
  expect(JSON.parse((await cli('ticket', 'show', 'low', '--explain', '--json')).out)).toMatchObject({
    status: 'SEARCHING',
    pool: 'race/eu',
    search: { waitsFor: 'players', playersNeeded: 1, nearestMiss: { ticketId: 'high', by: 10 } },
  });
});

test('a paused configuration matches nobody until it is resumed; the match can be looked at, with its ratings', async () => {
  expect((await cli('configuration', 'pause', 'race')).out).toContain('race is paused since');
  expect((await cli('configuration', 'list')).out).toMatch(/race .+ PAUSED/);
  await start('race', 'rival', 12);
  await reaches('rival', 'SEARCHING');
  const { out } = await cli('ticket', 'show', 'rival', '--explain');
  expect(out).toContain('waits for an operator to resume configuration race');
  expect(out).toContain('beyond that: a match is there for the next pass');

  expect((await cli('configuration', 'resume', 'race')).out).toContain('race forms matches again');
  await reaches('rival', 'COMPLETED');

  const { matchId = '' } = (await fleet.ticket('rival')) ?? {};
  expect((await cli('match', 'show', matchId)).out).toContain('no result reported yet');
  await fleet.client.reportMatchResult({
    matchId,
    teams: [
      { name: 'side_1', rank: 1 },
      { name: 'side_2', rank: 2 },
    ],
  });
  await vi.waitFor(async () => {
    const shown = await cli('match', 'show', matchId);
    expect(shown.out).toMatch(/side_1 +\S+ +\S+ +50 % +rank 1 +1500 +15\d\d +\+\d+/);
    expect(shown.out).toMatch(/side_2 +\S+ +\S+ +50 % +rank 2 +1500 +14\d\d +-\d+/);
  }, eventually);
  expect((await cli('ticket', 'show', 'rival', '--explain')).out).toContain('it is in a match');

  const [, race] = JSON.parse((await cli('configuration', 'list', '--json')).out) as DescribedConfiguration[];
  expect(race).toMatchObject({
    tickets: 2,
    lastHour: { started: 4, matched: 2, matches: 1 },
    wait: { tickets: 2 },
  });
  const shown = await cli('configuration', 'show', 'race');
  expect(shown.out).toContain('half of the last 2 matched tickets waited');
  // A client goes by an estimate for some seconds.
  await vi.waitFor(
    async () => expect((await fleet.ticket('high'))?.estimatedWaitTime).toBeGreaterThan(0),
    eventually,
  );
});

test('of a proposal an operator sees who has not answered, and that it is one', async () => {
  await start('asked', 'yes');
  await start('asked', 'silent');
  await reaches('yes', 'REQUIRES_ACCEPTANCE');
  const { matchId = '' } = (await fleet.ticket('yes')) ?? {};
  await fleet.client.acceptMatch({
    ticketId: 'yes',
    matchId,
    playerIds: [fleet.own('yes')],
    acceptance: 'ACCEPT',
  });

  await vi.waitFor(async () => {
    const { out } = await cli('ticket', 'show', 'yes', '--explain');
    expect(out).toContain('is in a proposal that 1 of 2 players have accepted');
    expect(out).toContain(`for 1: "${fleet.own('silent')}"`);
  }, eventually);
  const shown = (await cli('match', 'show', matchId)).out;
  expect(shown).toContain('PROPOSED, its players are asked: 1 of 2');
  expect(shown).toContain('50 %');
  expect((await cli('pool', 'show', 'asked/eu')).out).toContain('1 proposal waiting for answers');
  expect(await cli('match', 'show', 'ghost')).toMatchObject({
    code: 1,
    err: expect.stringContaining('there is no match ghost'),
  });
});

test('matches are still formed from files, with and without the name of the command', async () => {
  await writeFile(
    join(folder, 'tickets.json'),
    JSON.stringify(
      ['a', 'b'].map((it) => ({
        ticketId: it,
        startTime: '2026-01-01T00:00:00Z',
        players: [{ playerId: it }],
      })),
    ),
  );
  const args = ['--rule-set', 'duel.json', '--tickets', 'tickets.json', '--now', '2026-01-01T00:00:00Z'];

  const [named, unnamed] = [await cli('match', 'form', ...args), await cli('match', ...args)];

  expect(JSON.parse(named.out)).toMatchObject({ matches: [{ tickets: ['a', 'b'] }], waiting: [] });
  expect(unnamed.out).toBe(named.out);
});
