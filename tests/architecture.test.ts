import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { queueNames } from '../jobs/contract.ts';
import { scriptReturns } from './support/script-returns.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const folders = ['jobs', 'producers', 'workers', 'infra', 'tests'];

const files = folders.flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => normalize(join(entry.parentPath, entry.name)).slice(root.length)),
);
const sources = files.filter((file) => file.endsWith('.ts'));
const read = (file: string) => readFileSync(join(root, file), 'utf8');

/** Every module a file imports, statically or not; relative ones as paths from the root. */
function importsOf(file: string): string[] {
  const found = read(file).matchAll(/(?<!')(?:\bfrom|\bimport)\s*\(?\s*'([^']+)'/g);
  return [...found].map(([, name = '']) => (name.startsWith('.') ? join(dirname(file), name) : name));
}

const isOurs = (name: string) => folders.some((folder) => name.startsWith(`${folder}/`));

/** The import table: files under `from` import, of our own folders and of packages, only what `may` matches. */
const table: readonly { from: RegExp; may: RegExp; why: string }[] = [
  { from: /^jobs\//, may: /^(jobs\/|zod$|openskill(\/models)?$)/, why: 'jobs/ is pure and leans on nobody' },
  {
    from: /^producers\/(?!(api|console)\/)/,
    may: /^(jobs\/|producers\/|node:|bullmq$|ioredis$|zod$|commander$|aws-jwt-verify|@aws-sdk\/client-(cognito-identity-provider|gamelift|secrets-manager)$)/,
    why: 'producers/ asks: queue Redis and Cognito, never DocumentDB, never a worker',
  },
  {
    from: /^producers\/api\//,
    may: /^(jobs\/|producers\/|workers\/telemetry\/|node:|zod$|fastify$|pino$|prom-client$|aws-xray-sdk-core$|@smithy\/(core|signature-v4)(\/|$))/,
    why: 'the API speaks HTTP and logs, traces and measures like a worker; it is no part of the packed client',
  },
  {
    from: /^producers\/console\//,
    may: /^(jobs\/|producers\/|workers\/telemetry\/|node:|bullmq$|zod$|fastify$|htm\/preact$|preact$|preact-render-to-string$)/,
    why: 'the console serves pages and logs like a worker; it reads and changes by the client alone',
  },
  ...['api', 'console'].map((process) => ({
    from: new RegExp(`^(jobs|workers)/|^producers/(?!${process}/)`),
    may: new RegExp(`^(?!producers/${process}/)`),
    why: `nothing but infra/local starts producers/${process}, so the packed client never contains it`,
  })),
  {
    from: /^workers\//,
    may: /^(jobs\/|workers\/|node:|bullmq$|ioredis$|mongodb$|zod$|pino$|aws-xray-sdk-core$|prom-client$|@opentelemetry\/|@aws-sdk\/client-(cloudwatch|secrets-manager|sns)$)/,
    why: 'workers/ does: it knows no producer and no infrastructure',
  },
  ...queueNames.map((queue) => ({
    from: new RegExp(`^workers/${queue}/`),
    may: new RegExp(`^(?!workers/(${queueNames.filter((other) => other !== queue).join('|')})/)`),
    why: "a queue's folder never imports another queue's",
  })),
  {
    from: /^workers\/(pool|records|session-cache|telemetry)\//,
    may: new RegExp(`^(?!workers/(${queueNames.join('|')})/)`),
    why: 'stores know no queue',
  },
  {
    from: /^infra\/aws\//,
    may: /^(jobs\/|infra\/aws\/|infra\/player-pool\.ts$|(?!infra\/|producers\/|workers\/|tests\/))/,
    why: 'infra/aws imports jobs/ and the data of the user pool only',
  },
  {
    from: /^infra\/player-pool\.ts$/,
    may: /^@aws-sdk\/client-cognito-identity-provider$/,
    why: 'infra/player-pool.ts is data, with the types of what it describes',
  },
  {
    from: /^infra\/client-package\//,
    may: /^(node:|infra\/client-package\/)/,
    why: 'the client is packed from its files, not by running it',
  },
  {
    from: /^infra\/local\//,
    may: /^(?!workers\/|tests\/|infra\/aws\/)/,
    why: 'infra/local starts workers as processes',
  },
  { from: /^infra\/local\/(?!demo\/)/, may: /^(?!producers\/)/, why: 'only the demo is a producer' },
];

describe('the layout', () => {
  test('the top level is exactly what DESIGN.md section 3 names', () => {
    const tracked = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
      cwd: root,
      encoding: 'utf8',
    })
      .split('\n')
      .filter(Boolean);
    const top = new Set(
      tracked.map((file) => file.split('/')[0] ?? '').filter((name) => !name.startsWith('.')),
    );

    expect([...top].sort()).toEqual(
      ['README.md', ...folders, 'package-lock.json', 'package.json', 'tsconfig.json'].sort(),
    );
  });

  test('no file is a drawer for everything', () => {
    const drawers = /^(utils?|helpers?|common|shared|misc|types|constants|index|manager)\b/;

    expect(files.filter((file) => file.split('/').some((part) => drawers.test(part)))).toEqual([]);
  });

  test('no file exceeds 300 lines, and half of them stay below 100', () => {
    const lengths = sources.map((file) => ({ file, lines: read(file).split('\n').length }));
    const median = lengths.map((it) => it.lines).sort((a, b) => a - b)[Math.floor(lengths.length / 2)];

    expect(lengths.filter((it) => it.lines > 300)).toEqual([]);
    expect(median).toBeLessThan(100);
  });
});

describe('who imports whom', () => {
  test('the table covers every source file outside tests and root scripts', () => {
    const covered = sources.filter((file) => table.some((row) => row.from.test(file)));

    expect(sources.filter((file) => !file.startsWith('tests/') && !covered.includes(file))).toEqual([]);
    expect(covered.length).toBeGreaterThan(50);
  });

  test.each(table)('$from: $why', ({ from, may }) => {
    const offences = sources
      .filter((file) => from.test(file))
      .flatMap((file) =>
        importsOf(file)
          .filter((name) => !may.test(name))
          .map((name) => `${file} imports ${name}`),
      );

    expect(offences).toEqual([]);
  });

  test('nothing imports infra or tests but themselves, and the demo is the only user of producers in infra', () => {
    const offences = sources
      .filter((file) => !file.startsWith('tests/'))
      .flatMap((file) =>
        importsOf(file)
          .filter(isOurs)
          .map((name) => ({ file, name })),
      )
      .filter(
        ({ file, name }) =>
          name.startsWith('tests/') || (name.startsWith('infra/') && !file.startsWith('infra/')),
      );

    expect(offences).toEqual([]);
  });

  test('an entry point is imported by nobody', () => {
    const mains = sources.flatMap((file) => importsOf(file).filter((name) => basename(name) === 'main.ts'));

    expect(mains).toEqual([]);
  });

  test('no files of the engine import each other in a circle, types included', () => {
    const circles: string[] = [];
    const done = new Set<string>();
    const follow = (file: string, path: readonly string[]): void => {
      if (path.includes(file)) circles.push([...path.slice(path.indexOf(file)), file].join(' > '));
      if (path.includes(file) || done.has(file)) return;
      for (const name of importsOf(file))
        if (name.startsWith('jobs/matchmaking/engine/')) follow(name, [...path, file]);
      done.add(file);
    };
    for (const file of sources) if (file.startsWith('jobs/matchmaking/engine/')) follow(file, []);

    expect(circles).toEqual([]);
  });
});

describe('purity of jobs/', () => {
  test.each([
    'Math.random',
    'Date',
    'process',
    'setTimeout',
    'setInterval',
    'fetch',
    'console',
    'crypto',
    'performance',
    'Buffer',
  ])('nothing in jobs/ uses %s: time and chance are parameters', (word) => {
    const use = new RegExp(`(?<![\\w.'"-])${word.replace('.', '\\.')}(?=[.(]|\\s*\\()`);
    const withoutComments = (text: string) => text.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');

    expect(
      sources.filter((file) => file.startsWith('jobs/') && use.test(withoutComments(read(file)))),
    ).toEqual([]);
  });
});

describe('scripts', () => {
  const lua = files.filter((file) => file.endsWith('.lua'));
  const libraries = lua.filter((file) => file.startsWith('jobs/scripts/libraries/'));
  const scripts = lua.filter((file) => !libraries.includes(file));

  test('a script that both producers and workers run is in jobs/scripts, as are all libraries', () => {
    const homes = ['jobs/scripts', 'producers/scripts', 'workers/pool/scripts'];

    expect(scripts.filter((file) => !homes.includes(dirname(file)))).toEqual([]);
    expect(new Set(scripts.map((file) => basename(file))).size).toBe(scripts.length);
    expect(libraries.length).toBeGreaterThan(10);
  });

  test.each(libraries)('%s says what it is for and offers', (file) => {
    expect(read(file)).toMatch(/^-- [A-Z].+\n(-- .*\n)*-- Offers: \S/);
  });

  test('only jobs/keys.ts and keys.lua spell a key', () => {
    const spelled =
      /\$\{(tag|poolTag\([^`]*?\)|queuePrefix\([^`]*?\))\}:|\.matchmaking\}:|`(sessions|ratings|rating-turns):\$\{/;
    const inCode = sources.filter(
      (file) => !file.startsWith('tests/') && file !== 'jobs/keys.ts' && spelled.test(read(file)),
    );
    const inLua = lua.filter(
      (file) => basename(file) !== 'keys.lua' && /^(?!--).*\b(KEYS|TAG)\b/m.test(read(file)),
    );

    expect(inCode).toEqual([]);
    expect(inLua).toEqual([]);
  });

  test.each(scripts)('%s says what it does, takes and returns', (file) => {
    expect(read(file)).toMatch(
      /^-- .+\n(-- .*\n)*-- KEYS\[1\] .+\n(-- .*\n)*-- ARGV .+\n(-- .*\n)*-- Returns .+/,
    );
  });

  /** The codes a header lists: `--   code  what it means`, a line each. None where a script returns data. */
  const codesOf = (file: string) =>
    [...(/^-- Returns [\s\S]*?\n(?!--)/m.exec(read(file))?.[0] ?? '').matchAll(/^-- {3}([^\s,]+)/gm)].map(
      ([, code = '']) => code,
    );

  test.each(scripts)('%s lists the codes it returns, or says that it returns data', (file) => {
    const returns = /^-- Returns (.*)/m.exec(read(file))?.[1];

    expect(returns).toMatch(codesOf(file).length > 0 ? /one of( \})?$/ : /^\{ |\blist of\b/);
  });

  test('every code that a script returns has its row in tests/support/script-returns.ts, and no row is left over', () => {
    const listed = scripts.flatMap((file) =>
      codesOf(file).map((code) => `${basename(file, '.lua')} ${code}`),
    );
    const tested = Object.entries(scriptReturns).flatMap(([script, stories]) =>
      Object.keys(stories).map((code) => `${script} ${code}`),
    );

    expect(tested.sort()).toEqual(listed.sort());
    expect(listed.length).toBeGreaterThan(30);
  });

  test('every script is run by somebody', () => {
    const text = sources
      .filter((file) => !file.startsWith('tests/'))
      .map(read)
      .join('\n');
    const unused = scripts.filter(
      (file) => !text.includes(`'${basename(file, '.lua')}'`) && !text.includes(`/${basename(file)}'`),
    );

    expect(scripts.length).toBeGreaterThan(5);
    expect(unused).toEqual([]);
  });
});
