import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import {
  anchorsOf,
  documents,
  type NpmCommand,
  npmCommand,
  npmCommands,
  readBlocks,
  readDocument,
} from '../support/documents.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const isThere = (path: string) => existsSync(join(root, path));
const { scripts }: { scripts: Record<string, string> } = JSON.parse(readDocument('package.json'));

test('every folder that a stranger enters has a README', () => {
  const folders = [
    ...['jobs', 'producers', 'workers', 'infra', 'tests', 'tests/bench'],
    ...['producers/api', 'producers/cli', 'producers/console'],
    ...['jobs/matchmaking/engine', 'jobs/scripts', 'jobs/configuration', 'jobs/ladder', 'jobs/session'],
    ...['jobs/event', 'jobs/rule-set', 'jobs/invariants', 'workers/pool'],
    ...['infra/aws', 'infra/local', 'infra/compose'],
  ];

  expect(folders.filter((folder) => !isThere(`${folder}/README.md`))).toEqual([]);
});

test("the root's README has at most 200 lines, any other at most 120", () => {
  const lengths = documents
    .filter((path) => path.endsWith('README.md'))
    .map((path) => ({ path, lines: readDocument(path).trimEnd().split('\n').length }));

  expect(lengths.filter(({ path, lines }) => lines > (path === 'README.md' ? 200 : 120))).toEqual([]);
});

test('an anchor is that of a heading, not of a line in a block', () => {
  expect(anchorsOf('# A `b`, c!\n```sh\n# no heading\n```\n## Two  words')).toEqual(['a-b-c', 'two--words']);
});

describe.each(documents)('%s', (path) => {
  const text = readDocument(path);
  const { prose, blocks } = readBlocks(text);
  const commands = npmCommands(text);

  test('links to what is there', () => {
    const links = [...prose.join('\n').matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link);

    expect(links.filter((link) => !/^https?:/.test(link) && !leads(path, link))).toEqual([]);
  });

  test('names files that are there', () => {
    const named = [
      ...prose.join('\n').matchAll(/`((?:jobs|producers|workers|infra|tests)\/[\w./-]+\.\w+)`/g),
    ];

    expect(named.map(([, file = '']) => file).filter((file) => !isThere(file))).toEqual([]);
  });

  test.skipIf(path.endsWith('runbook.md'))('has prose of at most 110 columns', () => {
    const long = prose.filter((line) => line.length > 110 && !/^(\||!\[|<!--)|`[^`]{70,}`/.test(line));

    expect(long).toEqual([]);
  });

  test('has no block of code that is neither run by a test nor says why it cannot be', () => {
    const unmarked = blocks.filter(({ language, code, mark }) => {
      if (language === 'text' || mark?.reason !== undefined) return false;
      if (mark?.by !== undefined) return !isThere(mark.by) || !readDocument(mark.by).includes(path);
      return language !== 'sh' || code.split('\n').some((line) => npmCommand(line) === undefined);
    });

    expect(unmarked).toEqual([]);
  });

  test('names npm scripts, programs, options and projects that are there', () => {
    expect(commands.filter((command) => !isRunnable(command))).toEqual([]);
  });

  test('calls the CDK only by a script that tells it which app', () => {
    expect(text).not.toMatch(/\bnpx\b|(?<!npm run )\bcdk (bootstrap|deploy|synth|diff|destroy)\b/);
  });
});

test('the commands are found', () => {
  expect(documents.flatMap((path) => npmCommands(readDocument(path))).length).toBeGreaterThan(80);
});

test.each([
  ['an unknown script', 'npm run demos'],
  ['an unknown option', 'npm run demo -- --keeps'],
  ['an unknown bench', 'npm run bench -- enginee'],
  ["a bench's unknown option", 'npm run bench -- engine --svgg x'],
  ['an unknown project', 'npm test -- --project purest'],
  ['a file that is not there', 'npm test -- tests/unit/nothing.test.ts'],
])('%s is noticed', (_what, line) => {
  expect(npmCommand(line)).toBeDefined();
  expect(npmCommand(line)).not.toSatisfy(isRunnable);
});

test.each(['bootstrap', 'synth', 'deploy'])('`npm run %s` is the CDK on the app of this folder', (name) => {
  expect(scripts[name]).toMatch(/^npm run -s cdk -- \w+/);
  expect(scripts['cdk']).toContain('infra/aws/main.ts');
});

/** Whether a link of a document leads to a file or folder, and to a heading where it names one. */
function leads(from: string, link: string): boolean {
  const [file = '', anchor] = link.split('#');
  const target = file === '' ? from : normalize(join(dirname(from), file));
  if (!isThere(target)) return false;
  return anchor === undefined || anchorsOf(readDocument(target)).includes(anchor);
}

/** Whether npm has the script, and the program behind it what the command asks of it. */
function isRunnable({ script, args }: NpmCommand): boolean {
  if (script === 'ci' || script === 'install') return true;
  const line = scripts[script];
  if (line === undefined) return false;
  if (args.some((arg) => /^tests\/.*\.ts$/.test(arg) && !isThere(arg))) return false;
  // The lines of the command line are typed by tests/fleet/cli-lines.test.ts; the CDK has options of its own.
  if (script === 'cli' || /\bcdk\b/.test(line)) return true;
  const options = args.filter((arg) => arg.startsWith('--') && arg !== '--help');
  if (line.includes('vitest')) {
    const config = readDocument(/--config (\S+)/.exec(line)?.[1] ?? '');
    const projects = args.flatMap((arg, at) => (args[at - 1] === '--project' ? [arg] : []));
    return projects.every((it) => config.includes(`name: '${it}'`));
  }
  const program = / (\S+)\/main\.ts$/.exec(line)?.[1];
  if (program === undefined) return options.length === 0;
  const files = script === 'bench' && args.length > 0 ? `${program}/${args[0]}.ts` : `${program}/*.ts`;
  const sources = globSync(files, { cwd: root }).map((file) => readFileSync(join(root, file), 'utf8'));
  return sources.length > 0 && options.every((it) => new RegExp(`${it}\\b`).test(sources.join('\n')));
}
