import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseJsonText } from '../../jobs/json-text.ts';

describe('a text that is no JSON is told by line and column', () => {
  test.each([
    ['{\n  "a": 1\n  "b": 2\n}', 'line 3, column 3'],
    ['{\n  "a": tru,\n}', 'line 2, column 11'],
    ['[1, 2', 'line 1, column 6'],
    ['', 'line 1, column 1'],
    ['{"a": 1,}', 'line 1, column 9'],
    ['nonsense', 'line 1, column 2'],
    ["{'a': 1}", 'line 1, column 2'],
    ['{"a": "x\ny"}', 'line 1, column 9'],
  ])('%j', (text, place) => {
    expect(parseJsonText(text)).toMatchObject({ ok: false, message: expect.stringContaining(place) });
  });

  test('wherever a long text is broken', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(9), { minLength: 1, maxLength: 200 }), fc.nat(), (numbers, at) => {
        const lines = numbers.map(String);
        const broken = at % lines.length;
        lines[broken] = '?';
        const text = `[\n${lines.join(',\n')}\n]`;

        expect(parseJsonText(text)).toMatchObject({
          ok: false,
          message: expect.stringContaining(`line ${broken + 2}, column 1:`),
        });
      }),
    );
  });
});

test('a byte-order mark is named', () => {
  expect(parseJsonText('\uFEFF{}')).toMatchObject({
    ok: false,
    message: expect.stringContaining('byte-order mark'),
  });
});

test('what is JSON is read', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = JSON.stringify(value);
      expect(parseJsonText(text)).toEqual({ ok: true, value: JSON.parse(text) });
    }),
  );
});
