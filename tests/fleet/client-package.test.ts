import { execFile, execFileSync } from 'node:child_process';
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import {
  CognitoIdentityProviderClient,
  CreateUserPoolClientCommand,
  CreateUserPoolCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { packClient } from '../../infra/client-package/pack.ts';
import { confirmationCode } from '../../infra/local/cognito.ts';
import { type Fleet, openFleet } from '../support/fleet.ts';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
}
const manifestAt = (folder: string) =>
  JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;

let folder: string;
let tarball: string;
/** An empty project with the package in it. */
let project: string;
let installed: string;

beforeAll(async () => {
  folder = mkdtempSync(join(root, 'client.out-'));
  tarball = packClient(root, join(folder, 'out'));
  project = mkdtempSync(join(tmpdir(), 'upstream-'));
  installed = install(tarball);
}, 180_000);
afterAll(() => {
  for (const made of [folder, project]) if (made) rmSync(made, { recursive: true, force: true });
});

/**
 * Installs as npm lays a package out, without asking a registry: unpacked, and beside it the packages it names, in the
 * versions it names, and no other.
 */
function install(file: string): string {
  const modules = join(project, 'node_modules');
  const place = join(modules, 'matchmaking-fleet-client');
  mkdirSync(place, { recursive: true });
  execFileSync('tar', ['-xzf', file, '--strip-components=1', '-C', place]);
  for (const name of ['@types/node', ...Object.keys(manifestAt(place).dependencies)]) {
    mkdirSync(dirname(join(modules, name)), { recursive: true });
    symlinkSync(join(root, 'node_modules', name), join(modules, name));
  }
  writeFileSync(join(project, 'package.json'), '{ "name": "upstream", "private": true, "type": "module" }');
  return place;
}

/** The code of the guide, as one module: its blocks in order. */
function guide(language: string): string {
  const readme = readFileSync(join(installed, 'README.md'), 'utf8');
  const blocks = [...readme.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, 'g'))];
  return blocks.map(([, code]) => code).join('\n');
}

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
    const files = globSync('**/*', { cwd: installed });

    expect(files).toEqual(
      expect.arrayContaining([
        'index.js',
        'index.d.ts',
        'identity.js',
        'README.md',
        'producers/client.js',
        'producers/client.d.ts',
        'producers/scripts/reserve.lua',
      ]),
    );
    const foreign = files.filter((file) => /^(workers|infra|tests)|\/cli\/|(?<!\.d)\.ts$/.test(file));
    expect(foreign).toEqual([]);
  });

  test("depends on a producer's packages alone, in the exact versions tested here", () => {
    const { dependencies } = manifestAt(installed);
    const ours = manifestAt(root).dependencies;

    expect(Object.keys(dependencies)).toEqual(expect.arrayContaining(['bullmq', 'ioredis', 'zod']));
    for (const name of ['mongodb', 'pino', 'aws-xray-sdk-core', '@aws-sdk/client-cloudwatch', 'commander'])
      expect(dependencies).not.toHaveProperty(name);
    for (const [name, version] of Object.entries(dependencies)) expect(version, name).toBe(ours[name]);
  });
});

describe('the ten-minute guide', () => {
  test('names the tarball that packing makes', () => {
    expect(guide('sh')).toContain(basename(tarball));
  });

  test('type-checks against the declarations of the package', async () => {
    writeFileSync(join(project, 'guide.js'), guide('js'));
    const compilerOptions = {
      ...{ module: 'nodenext', target: 'es2023', strict: true, checkJs: true, noEmit: true },
      ...{ lib: ['es2023', 'esnext.disposable'], types: ['node'], skipLibCheck: false },
    };
    writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['guide.js'] }));
    const tsc = join(root, 'node_modules/typescript/bin/tsc');

    const { stdout } = await run(process.execPath, [tsc, '--project', project]).catch((error) => error);
    const ours = stdout.split('\n').filter((line: string) => /guide\.js|matchmaking-fleet-client/.test(line));
    expect(ours).toEqual([]);
  }, 120_000);

  test.each(nodes)(
    'runs as plain JavaScript under %s, against a fleet',
    async (node) => {
      await using fleet = await openFleet();
      await fleet.startWorker();
      writeFileSync(join(project, 'guide.js'), guide('js'));

      const { stdout } = await run(node, ['guide.js'], {
        cwd: project,
        env: { ...fleet.env, ...(await aUserPool(fleet)), CODE_FROM_MAIL: confirmationCode },
        timeout: 50_000,
      });

      expect(stdout).toBe('not-allowed\nCOMPLETED\n');
    },
    90_000,
  );
});

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
