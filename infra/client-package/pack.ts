import { execFileSync } from 'node:child_process';
import { cpSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';

/**
 * The oldest Node the package runs on. What TypeScript can put into its words is; what its library lacks, tsc
 * refuses.
 */
const oldest = { node: '>=20.11', target: 'es2023', lib: ['es2023', 'es2024.string', 'esnext.disposable'] };

/** What the package offers, by the name it is imported by. */
const entries = {
  '.': {
    file: 'index',
    offers: [
      ['{ openClient }', 'producers/client'],
      ['{ RequestError }', 'producers/request-error'],
    ],
    types: [
      ['{ FleetClient }', 'producers/client'],
      ['{ MatchmakingClient, SessionRequest, StartedTicket }', 'producers/matchmaking-client'],
      ['{ OperatorClient }', 'producers/operator-client'],
      ['{ ClientOptions }', 'producers/client-options'],
      ['{ CallOptions }', 'producers/call'],
      ['{ CommandOptions }', 'producers/commands/commands'],
      ['{ RequestErrorCode, RequestOutcome }', 'producers/request-error'],
      ['{ StreamItem }', 'producers/events/events'],
    ],
  },
  './identity': {
    file: 'identity',
    offers: [
      ['{ createIdentity }', 'producers/identity/identity'],
      ['{ IdentityError }', 'producers/identity/identity-error'],
    ],
    types: [['{ Identity, IdentityOptions }', 'producers/identity/identity']],
  },
} as const;

interface Manifest {
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
}

/**
 * Stages the client library in a folder and packs it; returns the tarball's path. Inside: what the client's
 * modules reach, as ESM JavaScript with declarations, their scripts, a manifest with the packages they import
 * in our exact versions, and the guide. No worker code is reached, by the import table of
 * tests/architecture.test.ts.
 */
export function packClient(root: string, folder: string): string {
  rmSync(folder, { recursive: true, force: true });
  const stage = join(folder, 'package');
  mkdirSync(stage, { recursive: true });
  compile(root, folder, stage);
  for (const script of globSync(['jobs/scripts/**/*.lua', 'producers/scripts/*.lua'], { cwd: root }))
    cpSync(join(root, script), join(stage, script));
  for (const { file, offers, types } of Object.values(entries)) {
    const lines = (pairs: readonly (readonly [string, string])[], word: string) =>
      pairs.map(([names, from]) => `${word} ${names} from './${from}.js';\n`).join('');
    writeFileSync(join(stage, `${file}.js`), lines(offers, 'export'));
    writeFileSync(join(stage, `${file}.d.ts`), lines(offers, 'export') + lines(types, 'export type'));
  }
  const own = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest;
  writeFileSync(join(stage, 'package.json'), `${JSON.stringify(manifestOf(stage, own), null, 2)}\n`);
  writeFileSync(join(stage, 'README.md'), readFileSync(join(root, 'producers/guide.md')));
  const packed = execFileSync('npm', ['pack', '--json', '--pack-destination', folder], {
    cwd: stage,
    encoding: 'utf8',
  });
  const [{ filename = '' } = {}] = JSON.parse(packed) as { filename?: string }[];
  return join(folder, filename);
}

function compile(root: string, folder: string, stage: string): void {
  const config = {
    extends: relative(folder, join(root, 'tsconfig.json')),
    compilerOptions: {
      target: oldest.target,
      lib: oldest.lib,
      noEmit: false,
      declaration: true,
      rewriteRelativeImportExtensions: true,
      rootDir: relative(folder, root) || '.',
      outDir: relative(folder, stage),
    },
    include: [],
    files: ['producers/client.ts', 'producers/identity/identity.ts'].map((file) =>
      relative(folder, join(root, file)),
    ),
  };
  const project = join(folder, 'tsconfig.json');
  writeFileSync(project, JSON.stringify(config));
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  execFileSync(process.execPath, [tsc, '--project', project], { stdio: ['ignore', 'inherit', 'inherit'] });
}

/** The packages that what is staged imports, in our exact versions. */
function manifestOf(stage: string, { version, dependencies }: Manifest): object {
  const imported = new Set(
    globSync('{jobs,producers}/**/*.{js,d.ts}', { cwd: stage })
      .flatMap((file) => [
        ...readFileSync(join(stage, file), 'utf8').matchAll(
          /(?:\bfrom|\bimport)\s*\(?\s*['"]([^'".][^'"]*)['"]/g,
        ),
      ])
      .map(([, name = '']) => /^(@[^/]+\/)?[^/]+/.exec(name)?.[0] ?? name)
      .filter((name) => !name.startsWith('node:')),
  );
  const versionOf = (name: string) => {
    const found = dependencies[name];
    if (found === undefined)
      throw new Error(`The client imports ${name}, which package.json does not depend on`);
    return [name, found];
  };
  return {
    name: 'matchmaking-fleet-client',
    version,
    description: 'Sessions, tickets, results and events of a matchmaking fleet, for upstream services',
    type: 'module',
    engines: { node: oldest.node },
    exports: Object.fromEntries(
      Object.entries(entries).map(([name, { file }]) => [
        name,
        { types: `./${file}.d.ts`, default: `./${file}.js` },
      ]),
    ),
    dependencies: Object.fromEntries([...imported].sort().map(versionOf)),
  };
}
