import { execFile } from 'node:child_process';
import { globSync, lstatSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import {
  CognitoIdentityProviderClient,
  CreateUserPoolClientCommand,
  CreateUserPoolCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { confirmationCode } from '../../infra/local/cognito.ts';
import { type Fleet, openFleet } from '../support/fleet.ts';
import { blocksOf, layOut, manifestAt, openUpstreamProject, runShell } from '../support/upstream-project.ts';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));

/** An empty project in which the guide's shell lines packed and installed the client. */
let project: Awaited<ReturnType<typeof openUpstreamProject>>;
let guide: string;
/** Whether npm installed it. */
let byNpm = true;

beforeAll(async () => {
  project = await openUpstreamProject();
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  const [section = ''] = /^## In ten minutes[\s\S]*?(?=^## )/m.exec(readme) ?? [];
  await runShell(blocksOf(section, 'sh'), project.folder).catch((error: Error) => {
    if (!/ENOTCACHED/.test(error.message)) throw error;
    byNpm = false;
    console.warn(
      `NOT INSTALLED BY NPM: its cache lacks a package of ours, "npm ci" fills it. Laid out by hand instead.\n${error.message}`,
    );
    const [tarball = ''] = /client\.out\/\S+\.tgz/.exec(section) ?? [];
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
        'producers/scripts/reserve.lua',
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
    expect(await typeErrors(blocksOf(guide, 'js'))).toEqual([]);

    const wrong = `${blocksOf(guide, 'js')}\nawait client.startMatchmaking({ configuration: 7, players: [] });\n`;
    expect(await typeErrors(wrong)).toEqual([
      expect.stringMatching(/^guide\.js.*TS2322.*'number'.*'string'/),
    ]);
  }, 120_000);

  test.each(nodes)(
    'runs as plain JavaScript under %s, against a fleet',
    async (node) => {
      await using fleet = await openFleet();
      await fleet.startWorker();
      writeFileSync(join(project.folder, 'guide.js'), blocksOf(guide, 'js'));

      const { stdout } = await run(node, ['guide.js'], {
        cwd: project.folder,
        env: { ...fleet.env, ...(await aUserPool(fleet)), CODE_FROM_MAIL: confirmationCode },
        timeout: 50_000,
      });

      expect(stdout).toBe('not-allowed\nCOMPLETED\n');
    },
    90_000,
  );
});

/** What TypeScript says of a module of the project, in a line each; nothing only when it ends well. */
async function typeErrors(code: string): Promise<string[]> {
  writeFileSync(join(project.folder, 'guide.js'), code);
  const compilerOptions = {
    ...{ module: 'nodenext', target: 'es2023', strict: true, checkJs: true, noEmit: true },
    ...{ lib: ['es2023', 'esnext.disposable'], types: ['node'], skipLibCheck: false },
  };
  writeFileSync(
    join(project.folder, 'tsconfig.json'),
    JSON.stringify({ compilerOptions, files: ['guide.js'] }),
  );
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  return run(process.execPath, [tsc, '--pretty', 'false'], { cwd: project.folder }).then(
    () => [],
    ({ stdout }: { stdout: string }) =>
      stdout.split('\n').filter((line) => /: error TS|^error TS/.test(line)),
  );
}

async function aUserPool(fleet: Fleet): Promise<NodeJS.ProcessEnv> {
  const env = inject('stackEnv');
  Object.assign(process.env, { ...env, ...process.env });
  const cognito = new CognitoIdentityProviderClient({
    region: env['AWS_REGION'] ?? '',
    endpoint: env['COGNITO_ENDPOINT'] ?? '',
  });
  const pool = await cognito.send(
    new CreateUserPoolCommand({
      PoolName: fleet.domain,
      UsernameAttributes: ['email'],
      AutoVerifiedAttributes: ['email'],
    }),
  );
  const USER_POOL_ID = pool.UserPool?.Id ?? '';
  const app = await cognito.send(
    new CreateUserPoolClientCommand({
      UserPoolId: USER_POOL_ID,
      ClientName: 'guide',
      ExplicitAuthFlows: ['ALLOW_USER_PASSWORD_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'],
    }),
  );
  cognito.destroy();
  return { USER_POOL_ID, USER_POOL_CLIENT_ID: app.UserPoolClient?.ClientId };
}
