import { describe, expect, test } from 'vitest';
import { shortOf, writtenOut } from '../../jobs/scripts/written-out.ts';

const shorts = [
  "local function pool_key(pool) return KEYS[1] .. ':pool:' .. pool end",
  "local function slot_key(name, slot) return KEYS[1] .. ':slot:' .. name .. ':' .. slot end",
  'local function now() return read_clock().now end',
].flatMap(shortOf);

describe('a function of one line', () => {
  test.each([
    ["redis.call('ZCARD', pool_key(pool))", "redis.call('ZCARD', (KEYS[1] .. ':pool:' .. pool))"],
    ["pool_key(a or 'x')", "(KEYS[1] .. ':pool:' .. (a or 'x'))"],
    [
      'slot_key(f(a, { 1, 2 }), whole(now() / 5))',
      "(KEYS[1] .. ':slot:' .. (f(a, { 1, 2 })) .. ':' .. (whole((read_clock().now) / 5)))",
    ],
    ["pool_key(',)')", "(KEYS[1] .. ':pool:' .. (',)'))"],
    ['now() + now()', '(read_clock().now) + (read_clock().now)'],
  ])('is written out in %s', (line, expected) => {
    expect(writtenOut(line, shorts)).toBe(expected);
  });

  test.each([
    ['passed on', 'read(pool_key, ids)'],
    ['called over several lines', 'pool_key('],
    ['called with other arguments', 'slot_key(unpack(ARGV, 1, 2))'],
    ['a field, or a method, or a part of a name', 'it.now() it:now() snow() known()'],
    ['declared', 'local function now()'],
  ])('stays where it is %s', (_what, line) => {
    expect(writtenOut(line, shorts)).toBe(line);
  });

  test.each([
    ['has a parameter twice: its argument would be worked out twice', 'local function f(a) return a + a end'],
    ['is part of a longer one', 'local function f(a)'],
    ['does something else than return', 'local function f(a) g(a) end'],
  ])('is not one that %s', (_why, line) => {
    expect(shortOf(line)).toEqual([]);
  });
});
