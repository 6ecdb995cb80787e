import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { examples } from '../../producers/cli/examples.ts';
import { openCliHere } from '../support/cli.ts';

let folder: string;
let cli: ReturnType<typeof openCliHere>;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cli-files-'));
  cli = openCliHere('main', folder, 'redis://127.0.0.1:1');
});
afterAll(() => rmSync(folder, { recursive: true }));

const ruleSet = JSON.stringify(examples['rule-set.json']);
const write = (name: string, text: string) => {
  writeFileSync(join(folder, name), text);
  return name;
};
/** A rule set with as many problems as it has teams. */
const broken = (teams: number) =>
  JSON.stringify({
    ruleLanguageVersion: '1.0',
    teams: Array.from({ length: teams }, (_, at) => ({ name: `t${at}`, maxPlayers: 1 })),
  });

test('several files are checked at once, with a summary', async () => {
  const { code, out, err } = await cli(
    ...['rule-set', 'validate', write('good.json', ruleSet), write('bad.json', broken(2))],
  );

  expect(code).toBe(2);
  expect(out).toContain('good.json is valid\n');
  expect(out).toContain('bad.json is no rule set: 2 problems\n');
  expect(out).toContain('2 files: 1 valid, 1 with problems\n');
  expect(err).toBe('problems in bad.json (2)');
});

test('of very many problems the first are printed, and how many more there are; machines get all', async () => {
  const file = write('worse.json', broken(150));

  expect((await cli('rule-set', 'validate', file)).out).toMatch(/^(problem {2}.*\n){50}and 1\d\d more\n/);
  expect(
    JSON.parse((await cli('rule-set', 'validate', file, '--json')).out)[0].problems.length,
  ).toBeGreaterThanOrEqual(150);
});

test.each([
  ['CreateMatchmakingRuleSet', { Name: 'duel', RuleSetBody: ruleSet }],
  ['DescribeMatchmakingRuleSets', { RuleSets: [{ RuleSetName: 'duel', RuleSetBody: ruleSet }] }],
  ['ours', { name: 'duel', body: ruleSet }],
])('a rule set is read out of a request or an answer: %s', async (_what, request) => {
  const file = write('request.json', JSON.stringify(request));

  expect(await cli('rule-set', 'validate', file)).toMatchObject({ code: 0, out: 'request.json is valid\n' });
});

test("tickets are read in the GameLift API's spelling", async () => {
  const rules = write('rules.json', JSON.stringify({ RuleSetBody: ruleSet }));
  const tickets = examples['tickets.json'].map(({ ticketId, startTime, players }) => ({
    TicketId: ticketId,
    StartTime: startTime,
    Players: players.map((it) => ({ PlayerId: it.playerId, PlayerAttributes: it.attributes })),
  }));
  const file = write('tickets.json', JSON.stringify(tickets));
  const now = '2026-01-01T00:00:30Z';

  const { out } = await cli('match', 'form', '--rule-set', rules, '--tickets', file, '--now', now);

  expect(JSON.parse(out)).toMatchObject({ matches: [{ tickets: ['first', 'second'] }] });
});

test.each([
  ['no JSON', '{\n  "name": "duel"\n  "teams": []\n}', 'is not JSON: line 3, column 3'],
  ['a byte-order mark', `\uFEFF${ruleSet}`, 'byte-order mark'],
  ['an empty file', '', 'must be 1 to 65535 characters long'],
])('what is wrong with %s is said, with its place', async (_what, text, message) => {
  expect((await cli('rule-set', 'validate', write('file.json', text))).out).toContain(message);
});

test('a file of tickets that is no JSON is told by line and column too', async () => {
  const rules = write('rules.json', ruleSet);
  const file = write('broken.json', '[\n  { "ticketId": "a", }\n]');

  const ran = await cli(
    'match',
    'form',
    '--rule-set',
    rules,
    '--tickets',
    file,
    '--now',
    '2026-01-01T00:00:30Z',
  );

  expect(ran).toMatchObject({
    code: 2,
    err: expect.stringContaining('broken.json is not JSON: line 2, column 22'),
  });
});

test('a file may be standard input', { timeout: 120_000 }, () => {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const args = ['producers/cli/main.ts', 'rule-set', 'validate', '-'];

  expect(execFileSync(process.execPath, args, { cwd: root, input: ruleSet, encoding: 'utf8' })).toBe(
    '- is valid\n',
  );
});
