import { execFileSync } from 'node:child_process';
import { basename, dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { queueNames } from '../jobs/contract.ts';
import { files, folders, read, root, sources } from './support/source-files.ts';

/** Every module a file imports, statically or not; relative ones as paths from the root. */
function importsOf(file: string): string[] {
  const found = read(file).matchAll(/(?<!')(?:\bfrom|\bimport)\s*\(?\s*'([^']+)'/g);
  return [...found].map(([, name = '']) => (name.startsWith('.') ? join(dirname(file), name) : name));
}

const isOurs = (name: string) => folders.some((folder) => name.startsWith(`${folder}/`));

/**
 * The import table: files under `from` import, of our own folders and of packages, only what `may` matches.
 */
const table: readonly { from: RegExp; may: RegExp; why: string }[] = [
  { from: /^jobs\//, may: /^(jobs\/|zod$|openskill(\/models)?$)/, why: 'jobs/ is pure and leans on nobody' },
  {
    from: /^producers\/(?!(api|console)\/)/,
    may: /^(jobs\/|producers\/|node:|bullmq$|ioredis$|zod$|commander$|aws-jwt-verify|@aws-sdk\/client-(cognito-identity-provider|gamelift|secrets-manager)$)/,
    why: 'producers/ asks: queue Redis and Cognito, never DocumentDB, never a worker',
  },
  {
    from: /^producers\/api\//,
    may: /^(jobs\/|producers\/|workers\/telemetry\/|node:|zod$|fastify$|pino$|prom-client$|aws-xray-sdk-core$|@smithy\/core(\/|$))/,
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
  test('the top level has the five folders, the files of npm and TypeScript, the README, and nothing else', () => {
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

  test('no files import each other in a circle, types included', () => {
    const own = new Map(sources.map((file) => [file, new Set(importsOf(file).filter(isOurs))]));

    expect(circleIn(own)).toEqual([]);
  });

  test('no folders import each other in a circle, but for a folder and those within it', () => {
    const own = new Map<string, Set<string>>();
    const within = (a: string, b: string) => `${a}/`.startsWith(`${b}/`);
    for (const file of sources)
      for (const other of importsOf(file).filter(isOurs).map(dirname)) {
        const folder = dirname(file);
        if (within(folder, other) || within(other, folder) || folder.startsWith('tests')) continue;
        own.set(folder, (own.get(folder) ?? new Set()).add(other));
      }

    expect(circleIn(own)).toEqual([]);
  });

  test("a queue's folder of jobs/ imports no other queue's: what two of them need stands one level up", () => {
    const offences = queueNames.flatMap((queue) =>
      sources
        .filter((file) => file.startsWith(`jobs/${queue}/`))
        .flatMap((file) =>
          importsOf(file)
            .filter((name) =>
              queueNames.some((other) => other !== queue && name.startsWith(`jobs/${other}/`)),
            )
            .map((name) => `${file} imports ${name}`),
        ),
    );

    expect(offences).toEqual([]);
  });
});

/** The first circle there is, each name once and in the order of who imports whom. */
function circleIn(imports: ReadonlyMap<string, ReadonlySet<string>>): readonly string[] {
  const done = new Set<string>();
  const follow = (name: string, path: readonly string[]): readonly string[] => {
    if (path.includes(name)) return path.slice(path.indexOf(name));
    if (done.has(name)) return [];
    for (const other of imports.get(name) ?? []) {
      const circle = follow(other, [...path, name]);
      if (circle.length > 0) return circle;
    }
    done.add(name);
    return [];
  };
  for (const name of imports.keys()) {
    const circle = follow(name, []);
    if (circle.length > 0) return circle;
  }
  return [];
}

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
