import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (file: string) => readFileSync(`${root}/${file}`, 'utf8');
/** As it is before `npm run pin-bases`. */
const dockerfile = read('infra/Dockerfile').replaceAll(/@sha256:[0-9a-f]{64}|--checksum=\S+ /g, '');
const packages = JSON.parse(read('package.json')) as {
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
};

/** The lines of one stage of the Dockerfile, without comments, continued lines joined. */
function stage(name: string): string[] {
  const body = dockerfile
    .replaceAll(/^#.*\n/gm, '')
    .replaceAll(/\\\n/g, ' ')
    .split(/^(?=FROM )/m)
    .find((it) => new RegExp(`^FROM \\S+ AS ${name}$`, 'm').test(it));
  return (body ?? '').split('\n').filter(Boolean);
}
const fleet = stage('fleet');

test('the image is distroless, and nobody is its user', () => {
  expect(fleet[0]).toBe('FROM gcr.io/distroless/nodejs24-debian13:nonroot AS fleet');
  expect(fleet.filter((line) => line.startsWith('USER'))).toEqual([]);
});

test('the Node that installs, tests and runs is the same major version, 24', () => {
  expect(stage('dependencies')[0]).toBe(
    `FROM node:${packages.devDependencies['node']}-trixie-slim AS dependencies`,
  );
  expect(read('.node-version').trim()).toMatch(/^24\./);
});

test('only packages of production are installed, no driver of PostgreSQL among them, and none may run a script', () => {
  const lock = JSON.parse(read('package-lock.json')) as {
    packages: Record<string, { dev?: boolean; optional?: boolean; devOptional?: boolean }>;
  };
  const installed = Object.entries(lock.packages).flatMap(([path, it]) =>
    it.dev || it.optional || it.devOptional ? [] : [path.replace(/^.*node_modules\//, '')],
  );

  expect(stage('dependencies').join('\n')).toContain('npm ci --omit=dev --omit=optional --ignore-scripts');
  expect(installed).toContain('bullmq');
  expect(installed.filter((name) => /^pg\b/.test(name))).toEqual([]);
});

test('whatever the image runs imports only packages of production', () => {
  const sources = globSync('{jobs,producers,workers}/**/*.ts', { cwd: root });
  const imported = sources.flatMap((file) =>
    [...read(file).matchAll(/(?<!')(?:\bfrom|\bimport)\s*\(?\s*'([^'.][^']*)'/g)].map(
      ([, name = '']) => name,
    ),
  );
  const names = imported
    .filter((name) => !name.startsWith('node:'))
    .map((name) =>
      name
        .split('/')
        .slice(0, name.startsWith('@') ? 2 : 1)
        .join('/'),
    );

  expect([...new Set(names)].filter((name) => !(name in packages.dependencies))).toEqual([]);
});

test('the image holds code, packages, certificates, compile cache and its bill of materials, and nothing else', () => {
  const copied = fleet.flatMap((line) => /^COPY .*?(\S+)$/.exec(line)?.[1] ?? []);

  expect(copied).toEqual([
    '/etc/ssl/certs/documentdb.pem',
    'node_modules',
    'sbom.json',
    './',
    'jobs',
    'producers',
    'workers',
    '.compiled',
  ]);
  expect(stage('dependencies').join('\n')).toContain(
    'npm sbom --omit=dev --omit=optional --package-lock-only --sbom-format=cyclonedx > sbom.json',
  );
});

test('both entry points are compiled while the image is built, by the Node that will run them', () => {
  const cacheAt = fleet.findIndex((line) => line.includes('NODE_COMPILE_CACHE=/app/.compiled'));
  for (const entry of ['workers/process/main.ts', 'producers/cli/main.ts'])
    expect(fleet.indexOf(`RUN ["/nodejs/bin/node", "${entry}", "--help"]`)).toBeGreaterThan(cacheAt);
  expect(fleet.at(-1)).toBe('CMD ["workers/process/main.ts"]');
});

test('the compose file runs this very image, every process of it read-only and without privileges', () => {
  const compose = read('infra/compose/compose.yaml');

  expect(compose).toContain('build: { context: ../.., dockerfile: infra/Dockerfile, target: fleet }');
  expect(compose).toMatch(/x-process: [\s\S]*read_only: true\n {2}cap_drop: \[ALL\]/);
  for (const [, ports = ''] of compose.matchAll(/ports: \["([^"]+)"/g))
    expect(ports).toMatch(/^127\.0\.0\.1:/);
});
