import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { openAssembler } from '../../jobs/scripts/assemble.ts';
import { shortOf } from '../../jobs/scripts/written-out.ts';
import { producerScript } from '../../producers/connection/script.ts';
import { workerScript } from '../../workers/pool/script.ts';
import { namesOf } from '../lua-lint/scopes.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** A call of a function of one line in some library. */
const writtenOutCall = new RegExp(
  `\\b(?:${readdirSync(join(root, 'jobs/scripts/libraries'))
    .flatMap((file) => readFileSync(join(root, 'jobs/scripts/libraries', file), 'utf8').split('\n'))
    .flatMap((line) => shortOf(line).map((it) => it.name))
    .join('|')})\\(`,
);

const libraries: Readonly<Record<string, string>> = {
  keys: "-- Names.\nlocal TAG = KEYS[1]\nlocal function a_key() return TAG .. ':a' end\nlocal function b_key(id)\n  return TAG .. ':b' .. id\nend",
  run: '-- Ends.\nlocal writers = {}\nlocal function run(script) return script() end\nlocal function at_end(write) writers[1] = write end',
  notes:
    '-- Notes.\n-- Uses: keys, run\nlocal function note() at_end(a_key) end\nlocal function forget()\n  return LIMIT\nend',
  one: '-- Uses: two\nlocal function first() end',
  two: '-- Uses: one\nlocal function second() end',
};
const assemble = openAssembler((name) => {
  const text = libraries[name];
  if (text === undefined) throw new Error(`there is no library ${name}`);
  return { path: `libraries/${name}.lua`, text };
});
const script = (text: string) => assemble({ path: 'scripts/own.lua', text });

test('a script gets the definitions that it names, and those that these name, and no other', () => {
  expect(script('-- Own.\n-- Uses: keys\nreturn b_key(1)').text).toBe(
    "local TAG = KEYS[1]\nlocal function b_key(id)\n  return TAG .. ':b' .. id\nend\nreturn b_key(1)",
  );
});

test('a function of one line stands where it is called, and is made where it is passed on', () => {
  expect(script('-- Own.\n-- Uses: keys\nreturn a_key()').text).toBe(
    "local TAG = KEYS[1]\nreturn (TAG .. ':a')",
  );
  expect(script('-- Own.\n-- Uses: keys\nreturn b_key(a_key)').text).toContain(
    'local function a_key() return',
  );
});

test('what only a function needs that is called rarely is made when it is called', () => {
  const { text } = script('-- Own.\n-- Uses: keys, notes\n-- Rarely: b_key\nreturn b_key(1) .. forget()');

  expect(text.split('\n')).toEqual([
    'local make_rare, made_b_key',
    'local function b_key(...) if not made_b_key then make_rare() end return made_b_key(...) end',
    'local function forget()',
    '  return LIMIT',
    'end',
    'make_rare = function()',
    'local TAG = KEYS[1]',
    'local function b_key(id)',
    "  return TAG .. ':b' .. id",
    'end',
    'made_b_key = b_key end',
    'return b_key(1) .. forget()',
  ]);
});

test('a word in a comment or a text, and a field, name nothing', () => {
  expect(script("-- Uses: keys\n-- a_key\nreturn 'a_key', ARGV.a_key").text).toBe(
    "return 'a_key', ARGV.a_key",
  );
});

test('what a library collects is written by `run`, of which the script knows nothing', () => {
  const { text } = script('-- Uses: notes\nnote()');

  expect(text).toMatch(/^local function run/m);
  expect(text).toMatch(/return run\(function\(\)\nnote\(\)\nend\)$/);
});

test('a script that collects nothing is not run by `run`', () => {
  expect(script('-- Uses: notes\nreturn forget()').text).toBe(
    'local function forget()\n  return LIMIT\nend\nreturn forget()',
  );
});

test('a flag of the header stands where Redis reads it', () => {
  expect(script('-- Own.\n-- Flags: allow-oom\nreturn 1').text).toBe('#!lua flags=allow-oom\nreturn 1');
});

test('libraries that use each other are refused', () => {
  expect(() => script('-- Uses: one\nreturn first()')).toThrow('Lua libraries use each other: one, two, one');
});

test('an unknown library is refused', () => {
  expect(() => script('-- Uses: nothing\nreturn 1')).toThrow('there is no library nothing');
});

describe('an error of Redis', () => {
  const { locate } = script('-- Own.\n-- Uses: keys\n\nreturn b_key(1)');
  const told = (message: string) => (locate(new Error(message)) as Error).message;

  test.each([
    [
      'of Lua names the file and the line',
      "ERR user_script:5: attempt to index local 'x' script: 7d3c, on @user_script:5.",
      "scripts/own.lua:4: attempt to index local 'x'",
    ],
    [
      'in a library names that library',
      'ERR user_script:3: attempt to concatenate a nil value script: on @user_script:3.',
      'libraries/keys.lua:5: attempt to concatenate a nil value',
    ],
    [
      'of a command keeps its code in front',
      "OOM command not allowed when used memory > 'maxmemory'. script: 7d3c, on @user_script:5.",
      "OOM scripts/own.lua:4: command not allowed when used memory > 'maxmemory'.",
    ],
    [
      'while compiling names the line',
      "ERR Error compiling script (new function): user_script:5: unexpected symbol near '<eof>'",
      "scripts/own.lua:4: Error compiling script (new function): unexpected symbol near '<eof>'",
    ],
    ['that names no line stays as it is', 'READONLY You cannot write', 'READONLY You cannot write'],
  ])('%s', (_what, message, expected) => {
    expect(told(message)).toBe(expected);
  });

  test('has the same place in its stack, and what is no error is returned', () => {
    const error = locate(new Error('ERR user_script:5: boo script: on @user_script:5.')) as Error;

    expect(error.stack).toContain('scripts/own.lua:4: boo');
    expect(error.stack).not.toContain('user_script');
    expect(locate('text')).toBe('text');
  });
});

describe.each([
  ['workers/pool/scripts', workerScript],
  ['producers/scripts', producerScript],
] as const)('scripts of %s', (folder, assembled) => {
  const names = readdirSync(join(root, folder)).map((file) => basename(file, '.lua'));

  test.each(names)('%s comes with every name that it uses', (name) => {
    const { text } = assembled(name);
    const { free } = namesOf(text.replace(/^#!.*/, ''));
    const given =
      /^(KEYS|ARGV|redis|cjson|string|table|math|ipairs|next|pairs|pcall|rawget|rawset|setmetatable|tonumber|type|unpack)$/;

    expect(free.filter((it) => !given.test(it.name))).toEqual([]);
  });

  test.each(names)('an error in any line of %s names the line in its file', (name) => {
    const { text, locate } = assembled(name);
    const lines = text.split('\n');
    const placed = lines.map((line, at) => {
      const { message } = locate(new Error(`ERR user_script:${at + 1}: boo`)) as Error;
      const [, path, number] = /^(\S+\.lua):(\d+): boo$/.exec(message) ?? [];
      return { line, there: path && readFileSync(join(root, path), 'utf8').split('\n')[Number(number) - 1] };
    });
    const ours = placed.filter((it) => it.there !== undefined);

    // Up to the first function that is written out there.
    const begin = (line = '') => line.split(writtenOutCall)[0];
    expect(ours.filter((it) => !it.line.startsWith(begin(it.there) ?? ''))).toEqual([]);
    expect(ours.filter((it) => begin(it.there) === it.there && it.there !== it.line)).toEqual([]);
    // The line of flags, the two lines of `run`, and those around what is made rarely are nobody's.
    expect(placed.length - ours.length).toBeLessThanOrEqual(10);
  });
});
