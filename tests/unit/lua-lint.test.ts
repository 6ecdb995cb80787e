import { expect, test } from 'vitest';
import { faultsOf } from '../lua-lint/faults.ts';

const keys = `-- Names.
-- Offers: *_key
local function clock_key() return KEYS[1] .. ':clock' end
`;
const clock = `-- Time.
-- Uses: keys
-- Offers: read_clock
local now
local function read_clock()
  now = now or redis.call('GET', clock_key())
  return now
end
`;
const script = `-- A script.
-- Uses: clock
local pool = ARGV[1]
return { pool, read_clock() }
`;

const lint = (own = script, libraries: Readonly<Record<string, string>> = {}) =>
  faultsOf(
    [{ path: 'own.lua', text: own }],
    new Map(
      Object.entries({ keys, clock, ...libraries }).map(([name, text]) => [
        name,
        { path: `${name}.lua`, text },
      ]),
    ),
  );

test('Lua without a fault is left in peace', () => {
  expect(lint()).toEqual([]);
});

test.each([
  [
    'a function that is called rarely and that nobody has',
    script.replace('-- Uses: clock', '-- Uses: clock\n-- Rarely: cancel'),
    'own.lua:1: Rarely names cancel, which no library has',
  ],
  ['a typing error', script.replace('return {', 'return {{'), "own.lua:5: '}' expected near '<eof>'"],
  [
    'a name that nothing declares',
    script.replace('{ pool', '{ poool'),
    'own.lua:4: poool is not declared, nor offered by a library that Uses names',
  ],
  [
    'a global that is written',
    script.replace('local pool', 'pool'),
    'own.lua:3: pool is not declared, nor offered by a library that Uses names',
  ],
  [
    'a name before its declaration',
    script.replace('local pool =', 'local first, pool = pool,'),
    'own.lua:3: pool is not declared, nor offered by a library that Uses names',
  ],
  [
    'a name outside of its block',
    script.replace('return', 'do local inner = 1; return inner end\nreturn inner,'),
    'own.lua:5: inner is not declared, nor offered by a library that Uses names',
  ],
  [
    'a library that the header does not name',
    script.replace('{ pool', '{ pool, clock_key()'),
    'own.lua:4: clock_key is not declared, nor offered by a library that Uses names',
  ],
  [
    'what a library keeps to itself',
    script.replace('{ pool', '{ pool, now'),
    'own.lua:4: now is not declared, nor offered by a library that Uses names',
  ],
  ['a library that does not exist', script.replace('clock', 'clock, sun'), 'own.lua:1: Uses names sun'],
  [
    'a library of which nothing is used',
    script.replace('Uses: clock', 'Uses: clock, keys'),
    'own.lua:1: Uses names keys, of which nothing is used',
  ],
  ['a local that nothing uses', script.replace('{ pool', '{ 1'), 'own.lua:3: pool is not used'],
  [
    'a parameter that nothing uses',
    script.replace('read_clock() }', '(function(a) return read_clock() end)(1) }'),
    'own.lua:4: a is not used',
  ],
])('%s is found', (_what, own, fault) => {
  expect(lint(own)).toEqual(expect.arrayContaining([expect.stringContaining(fault)]));
});

test.each([
  ['a statement at its top level', { clock: `${clock}print(1)\n` }, 'clock.lua:9: a library has nothing but'],
  [
    'a definition that is set in',
    { clock: `${clock}  local other = 1\n` },
    'clock.lua:9: a library has nothing but locals at its top level',
  ],
  [
    'an offer that it does not keep',
    { clock: clock.replace('Offers: read_clock', 'Offers: read_clock, read_sun') },
    'clock.lua:1: Offers names read_sun, which is not declared',
  ],
  [
    'an offer that nobody takes',
    { keys: `${keys}local function sun_key() return KEYS[1] .. ':sun' end\n` },
    'keys.lua:4: sun_key is used by nobody',
  ],
  [
    'a name that another library has',
    { other: `-- Other.\nlocal now = 1\n` },
    'other.lua:2: now is declared in clock.lua too',
  ],
])('in a library %s is found', (_what, libraries, fault) => {
  expect(lint(script, libraries as Record<string, string>)).toEqual(
    expect.arrayContaining([expect.stringContaining(fault)]),
  );
});
