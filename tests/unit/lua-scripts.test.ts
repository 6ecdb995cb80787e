import { basename, dirname } from 'node:path';
import { describe, expect, test } from 'vitest';
import { scriptReturns } from '../support/script-returns.ts';
import { sources as allSources, files, read } from '../support/source-files.ts';

const sources = allSources.filter((file) => !file.startsWith('tests/'));

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
    const inCode = sources.filter((file) => file !== 'jobs/keys.ts' && spelled.test(read(file)));
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
    const text = sources.map(read).join('\n');
    const unused = scripts.filter(
      (file) => !text.includes(`'${basename(file, '.lua')}'`) && !text.includes(`/${basename(file)}'`),
    );

    expect(scripts.length).toBeGreaterThan(5);
    expect(unused).toEqual([]);
  });
});
