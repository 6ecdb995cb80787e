import { globSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest';
import { examples } from '../../producers/cli/examples.ts';
import { openCliHere } from '../support/cli.ts';
import { type Fleet, openFleet } from '../support/fleet.ts';
import { openGameLiftAccount } from '../support/gamelift-account.ts';
import { gamesCsv } from '../support/games-csv.ts';

vi.setConfig({ testTimeout: 240_000, hookTimeout: 60_000 });

const root = new URL('../../', import.meta.url);
/**
 * What a line says after `npm run -s cli --`, in a block of code or within a sentence, without its remark.
 */
function linesIn(document: string): string[] {
  const text = readFileSync(new URL(document, root), 'utf8');
  return [...text.matchAll(/npm run -s cli -- ([^`\n]+)/g)].map(([, line = '']) =>
    line.replace(/\s+#.*$/, '').trim(),
  );
}
const documents = globSync('**/*.md', { cwd: root, exclude: (path) => path.includes('node_modules') })
  .filter((it) => linesIn(it).length > 0)
  .sort();

/** The words of a line as a shell has them. */
const wordsOf = (line: string): string[] =>
  [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, word]) => quoted ?? word ?? '');

/** Lines that nobody can type, with the reason. */
const untyped: Readonly<Record<string, string>> = {
  '<group> <command>': 'it is the form that all of them have',
};

const opened = new AsyncDisposableStack();
let fleet: Fleet;
let folder: string;
let type: (...words: string[]) => ReturnType<ReturnType<typeof openCliHere>>;
/** What stands in capitals in a line. */
const named = new Map<string, string>();
const write = (name: string, value: unknown) =>
  writeFile(join(folder, name), typeof value === 'string' ? value : JSON.stringify(value));

beforeAll(async () => {
  fleet = opened.use(await openFleet());
  await fleet.startWorker();
  folder = await mkdtemp(join(tmpdir(), 'readme-lines-'));
  opened.defer(() => rm(folder, { recursive: true, force: true }));
  type = openCliHere(fleet.domain, folder);
  const account = opened.use(await openGameLiftAccount());
  opened.defer(() => void vi.unstubAllEnvs());
  vi.stubEnv('API_KEYS_SECRET', inject('stackEnv')['API_KEYS_SECRET'] ?? '');
  vi.stubEnv('AWS_ENDPOINT_URL_GAMELIFT', account.url);
  for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']) vi.stubEnv(name, 'tests');
  await write('duel.json', examples['rule-set.json']);
  await write('duel-configuration.json', examples['configuration.json']);
  await write('ladder.json', examples['ladder.json']);
  await write('ratings.csv', 'player,rating,games\nann,1700,40\nbob,1400,3\n');
  await write('games.csv', withScores(gamesCsv(800)));
});
afterAll(() => opened.disposeAsync());

/** Games of winners and losers as games of two sides, each of them at home in turn. */
const withScores = (csv: string): string =>
  csv
    .trim()
    .split('\n')
    .map((line, at) => {
      const [date, winner, loser] = line.split(',');
      if (at === 0) return 'date,team1,team2,score1,score2';
      return at % 2 === 0 ? `${date},${winner},${loser},2,1` : `${date},${loser},${winner},1,2`;
    })
    .join('\n');

const start = async (playerId: string): Promise<string> => {
  const players = [{ playerId, attributes: { skill: { N: 1_500 } } }];
  return (await fleet.client.startMatchmaking({ configuration: 'duel', players })).ticketId;
};

/** What happens on a fleet before somebody types a line that begins so. */
const before: Readonly<Record<string, () => Promise<unknown>>> = {
  'key create': async () =>
    (await fleet.client.readApiKeys()).some((it) => it.name === 'backend' && it.state === 'active') &&
    type('key', 'revoke', 'backend'),
  'rule-set rollback duel': () => {
    const [rule] = examples['rule-set.json'].rules;
    const wider = { ...examples['rule-set.json'], rules: [{ ...rule, maxDistance: 200 }] };
    return fleet.client.putRuleSet({ name: 'duel', body: JSON.stringify(wider) });
  },
  'ticket show': async () => named.set('TICKET', await start('waits')),
  async 'match show'() {
    await fleet.client.resumeConfiguration('duel');
    await start('eve');
    const matchId = await fleet.matched(named.get('TICKET') ?? '');
    const { teams } = examples['result.json'];
    await fleet.client.reportMatchResult({ matchId, teams: [...teams] });
    const rated = async () =>
      expect((await fleet.client.readRecord('matches', matchId))[0]?.['rated_at']).toBeDefined();
    await vi.waitFor(rated, { timeout: 20_000, interval: 50 });
    await write('result.json', { matchId, teams: teams.map(({ name }, at) => ({ name, rank: 2 - at })) });
    named.set('MATCH', matchId).set('PLAYER', 'eve');
  },
  // A second try finds the file of the first.
  'match form --example': () => rm(join(folder, 'rule-set.json'), { force: true }),
  'ladder delete': () => fleet.client.putLadder({ name: 'old-season', settings: {} }),
  // Nobody whose match is over since this minute.
  'player erase': async () => named.set('PLAYER', 'bob'),
};

test('the documents are found, and their lines', () => {
  expect(documents).toEqual(
    expect.arrayContaining(['infra/aws/runbook.md', 'producers/api/README.md', 'producers/cli/README.md']),
  );
  expect(linesIn('producers/cli/README.md').length).toBeGreaterThan(25);
});

test.each(documents)(
  'every line of the command line in %s can be typed as it stands there',
  async (document) => {
    for (const line of linesIn(document)) {
      if (line in untyped) continue;
      const begins = Object.keys(before).find((it) => line.startsWith(it));
      if (begins) await before[begins]?.();
      const words = wordsOf(line).map((word) => named.get(word) ?? word);

      const { code, err } = await type(...words);

      expect({ line, code, err: code === 0 ? '' : err }).toEqual({ line, code: 0, err: '' });
    }
  },
);
