import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  formatTraceHeader,
  newTraceId,
  parseTraceHeader,
  type TraceHeader,
} from '../../jobs/trace-header.ts';

const root = '1-5759e988-bd862e3fe1be46a994272793';
const parent = '53995c3f42cd8ad8';

const hex = (length: number) =>
  fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: length, maxLength: length });

const headers: fc.Arbitrary<TraceHeader> = fc.record(
  {
    root: fc.tuple(hex(8), hex(24)).map(([time, random]) => `1-${time}-${random}`),
    parent: hex(16),
    sampled: fc.boolean(),
  },
  { requiredKeys: ['root'] },
);

describe('a trace header', () => {
  test('survives being written and read', () => {
    fc.assert(
      fc.property(headers, (header) => {
        expect(parseTraceHeader(formatTraceHeader(header))).toEqual(header);
      }),
    );
  });

  test('reads as X-Ray writes it, in any order, case and spacing, whatever else is in it', () => {
    const expected = { root, parent, sampled: true };

    expect(parseTraceHeader(`Root=${root};Parent=${parent};Sampled=1`)).toEqual(expected);
    expect(parseTraceHeader(` sampled=1; Self=1-2-3 ;root=${root.toUpperCase()};PARENT=${parent};`)).toEqual(
      expected,
    );
    expect(parseTraceHeader(`Root=${root};Parent=${parent};Sampled=1;Lineage=a87bd80c:1|68fd508a:5`)).toEqual(
      expected,
    );
  });

  test('leaves the decision open when the caller did', () => {
    expect(parseTraceHeader(`Root=${root}`)).toEqual({ root });
    expect(parseTraceHeader(`Root=${root};Sampled=?`)).toEqual({ root });
  });

  test.each([
    ['nothing', undefined],
    ['an empty text', ''],
    ['no root', `Parent=${parent};Sampled=1`],
    ['a short root', 'Root=1-5759e988-bd862e3fe1be46a99427279'],
    ['a root of another version', root.replace('1-', 'Root=2-')],
    ['a bad parent', `Root=${root};Parent=nobody`],
    ['a parent without a value', `Root=${root};Parent=`],
    ['more than a header holds', `Root=${root};${'x'.repeat(300)}`],
  ])('is undefined for %s', (_what, text) => {
    expect(parseTraceHeader(text)).toBeUndefined();
  });

  test('never throws, and what it reads it can write', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        const header = parseTraceHeader(text);
        if (header) expect(parseTraceHeader(formatTraceHeader(header))).toEqual(header);
      }),
    );
  });
});

test('a new trace id carries its second and its randomness', () => {
  const id = newTraceId(1_465_510_280_999, 'bd862e3fe1be46a994272793');

  expect(id).toBe('1-5759e988-bd862e3fe1be46a994272793');
  expect(parseTraceHeader(`Root=${newTraceId(0, '0'.repeat(24))}`)).toBeDefined();
});
