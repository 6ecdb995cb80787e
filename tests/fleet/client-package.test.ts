import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync, lstatSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { publint } from 'publint';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { duelRuleSet } from '../support/builders.ts';
import { openFleet } from '../support/fleet.ts';
import {
  blocksOf,
  filesOf,
  layOut,
  manifestAt,
  openUpstreamProject,
  runShell,
} from '../support/upstream-project.ts';
import { withoutUrls } from '../support/without-urls.ts';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));

/** An empty project in which the guide's shell lines packed and installed the client. */
let project: Awaited<ReturnType<typeof openUpstreamProject>>;
let guide: string;
/** Whether npm installed it. */
let byNpm = true;

beforeAll(async () => {
  project = await openUpstreamProject();
  const written = readFileSync(join(root, 'producers/guide.md'), 'utf8');
  const [install = ''] = blocksOf(written, 'sh');
  await runShell(install, project.folder).catch((error: Error) => {
    if (!/ENOTCACHED/.test(error.message)) throw error;
    byNpm = false;
    console.warn(
      `NOT INSTALLED BY NPM: its cache lacks a package of ours, "npm ci" fills it. Laid out by hand instead.\n${error.message}`,
    );
    const [tarball = ''] = /client\.out\/\S+\.tgz/.exec(written) ?? [];
    layOut(join(root, tarball), project.folder);
  });
  guide = readFileSync(join(project.client, 'README.md'), 'utf8');
}, 180_000);
afterAll(() => project?.[Symbol.dispose]());

/** The Node that runs this, and the system's own where there is another. */
const nodes = [
  process.execPath,
  ...(process.env['PATH'] ?? '')
    .split(delimiter)
    .filter((path) => path.startsWith('/') && !path.includes('node_modules'))
    .flatMap((path) => globSync(join(path, 'node')))
    .slice(0, 1),
];

describe('the package', () => {
  test('is what any resolver and TypeScript can import: publint finds nothing to say', async () => {
    expect((await publint({ pkgDir: project.client, strict: true })).messages).toEqual([]);
  });

  test('holds a producer, its scripts and the guide, and no worker', () => {
    const files = globSync('**/*', { cwd: project.client });

    expect(files).toEqual(
      expect.arrayContaining([
        'index.js',
        'index.d.ts',
        'identity.js',
        'README.md',
        'producers/client.js',
        'producers/client.d.ts',
        'producers/scripts/read-events.lua',
        'jobs/scripts/start.lua',
        'jobs/scripts/libraries/keys.lua',
      ]),
    );
    const foreign = files.filter((file) => /^(workers|infra|tests)|\/cli\/|(?<!\.d)\.ts$/.test(file));
    expect(foreign).toEqual([]);
  });

  test("depends on a producer's packages alone, in the exact versions tested here", () => {
    const { dependencies } = manifestAt(project.client);
    const ours = manifestAt(root).dependencies;

    expect(Object.keys(dependencies)).toEqual(expect.arrayContaining(['bullmq', 'ioredis', 'zod']));
    for (const name of ['mongodb', 'pino', 'aws-xray-sdk-core', '@aws-sdk/client-cloudwatch', 'commander'])
      expect(dependencies).not.toHaveProperty(name);
    for (const [name, version] of Object.entries(dependencies)) expect(version, name).toBe(ours[name]);
  });
});

describe('the ten-minute guide', () => {
  test('packs and installs the client by its shell lines: npm finds nothing missing', async ({ skip }) => {
    skip(!byNpm, 'the cache of npm lacks a package');
    expect(lstatSync(join(project.client, 'node_modules'), { throwIfNoEntry: false })).toBeUndefined();
    expect(lstatSync(join(project.folder, 'node_modules/bullmq')).isSymbolicLink()).toBe(false);
    expect(manifestAt(project.folder).dependencies).toHaveProperty('matchmaking-fleet-client');

    const { stdout } = await run('npm', ['ls', '--all', '--json'], { cwd: project.folder });
    expect(JSON.parse(stdout)).not.toHaveProperty('problems');
  });

  test('type-checks against the declarations of the package, which refuse what the client would', async () => {
    expect(await typeErrors(filesOf(guide))).toEqual([]);

    const { 'start.mjs': start, ...others } = filesOf(guide);
    const wrong = `${start}\nawait client.startMatchmaking({ configuration: 7, players: [] });\n`;
    expect(await typeErrors({ ...others, 'start.mjs': wrong })).toEqual([
      expect.stringMatching(/^start\.mjs.*TS2322.*'number'.*'string'/),
    ]);
  }, 120_000);

  test('runs twice in a row against what `npm run stack` and `npm start` started, by its text alone', async () => {
    const [, runAll = ''] = blocksOf(guide, 'sh');
    const stack = inTerminal(guide, 'npm run stack', withoutUrls());
    await vi.waitFor(() => expect(stack.output()).toContain('running'), { timeout: 60_000, interval: 100 });
    const env = { ...process.env, ...exportedBy(stack.output()) };
    inTerminal(guide, 'npm start', env);
    saveFiles(filesOf(guide));

    const positions = [];
    for (const time of ['first', 'second']) {
      const { stdout } = await run('sh', ['-euc', runAll], { cwd: project.folder, env, timeout: 60_000 });
      expect(stdout, time).toBe('not-allowed\nCOMPLETED\n');
      positions.push(Number.parseInt(readFileSync(join(project.folder, 'events.position'), 'utf8'), 10));
    }
    expect(positions[1]).toBeGreaterThan(positions[0] ?? 0);
  }, 180_000);

  test.each(nodes)(
    'runs under %s against a new fleet, whatever position it kept of another',
    async (node) => {
      await using fleet = await openFleet();
      await fleet.startWorker();
      saveFiles({ ...filesOf(guide), 'events.position': '1000-1' });

      const { stdout } = await run(node, ['events.mjs'], {
        cwd: project.folder,
        env: fleet.env,
        timeout: 50_000,
      });

      expect(stdout).toBe('not-allowed\nCOMPLETED\n');
    },
    90_000,
  );
});

test('the example of README.md ends when its ticket has a match', async () => {
  await using fleet = await openFleet();
  await fleet.startWorker();
  await fleet.install('duel', duelRuleSet);
  const [example = ''] = blocksOf(readFileSync(join(root, 'README.md'), 'utf8'), 'js');
  saveFiles({ 'example.mjs': example });
  await fleet.client.createSession({ playerId: 'bob' });
  const { ticketId } = await fleet.client.startMatchmaking({
    configuration: 'duel',
    players: [{ playerId: 'bob', attributes: { skill: { N: 1500 } } }],
  });

  const ended = run(process.execPath, ['example.mjs'], {
    cwd: project.folder,
    env: fleet.env,
    timeout: 50_000,
  });

  await expect(ended).resolves.toEqual({ stdout: '', stderr: '' });
  expect((await fleet.lifecycle(ticketId)).at(-1)).toBe('MatchmakingSucceeded');
}, 90_000);

function saveFiles(files: Record<string, string>): void {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(project.folder, name), text);
}

/** Runs a command that the guide names in a terminal of its own, until the test has finished. */
function inTerminal(text: string, command: string, env: NodeJS.ProcessEnv) {
  expect(text).toContain(`\`${command}\``);
  const child = spawn('sh', ['-c', command], {
    cwd: root,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const exited = once(child, 'exit');
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
  onTestFinished(async () => {
    if (child.exitCode === null) process.kill(-(child.pid ?? 0), 'SIGTERM');
    await exited;
  });
  return { output: () => output };
}

/** The variables among what `npm run stack` prints. */
const exportedBy = (output: string): NodeJS.ProcessEnv =>
  Object.fromEntries([...output.matchAll(/^export (\w+)='(.*)'$/gm)].map(([, name, value]) => [name, value]));

/** What TypeScript says of the modules of the project, in a line each; nothing only when it ends well. */
async function typeErrors(files: Record<string, string>): Promise<string[]> {
  saveFiles(files);
  const compilerOptions = {
    ...{ module: 'nodenext', target: 'es2023', strict: true, checkJs: true, noEmit: true },
    ...{ lib: ['es2023', 'esnext.disposable'], types: ['node'], skipLibCheck: false },
  };
  writeFileSync(
    join(project.folder, 'tsconfig.json'),
    JSON.stringify({ compilerOptions, files: Object.keys(files) }),
  );
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  return run(process.execPath, [tsc, '--pretty', 'false'], { cwd: project.folder }).then(
    () => [],
    ({ stdout }: { stdout: string }) =>
      stdout.split('\n').filter((line) => /: error TS|^error TS/.test(line)),
  );
}
