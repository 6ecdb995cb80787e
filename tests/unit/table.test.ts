import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { table } from '../../producers/cli/table.ts';
import { counted, duration } from '../../producers/cli/wording.ts';

describe('a table', () => {
  test('aligns its columns, numbers to the right, and leaves what is not there empty', () => {
    const rows = [
      { pool: 'duel', tickets: 12, oldest: '3.0s' },
      { pool: 'race/eu', tickets: 3, paused: 'yes' },
    ];

    expect(table(rows)).toBe(
      ['pool     tickets  oldest  paused', 'duel          12  3.0s', 'race/eu        3          yes'].join(
        '\n',
      ),
    );
    expect(table([])).toBe('none');
  });

  test('fits 100 columns by breaking its widest text between words, and loses no word', () => {
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[a-z]{1,12}$/), { minLength: 1, maxLength: 120 }), (words) => {
        const lines = table([{ job: '4711', reason: words.join(' ') }]).split('\n');

        expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(100);
        expect(lines.slice(1).join(' ').split(/\s+/)).toEqual(['4711', ...words]);
      }),
    );
  });

  test('ids too long for a table stand in blocks, whole, and no line has more than one of them', () => {
    const long = (letter: string) => letter.repeat(128);
    const rows = [
      { ticket: long('t'), match: long('m'), players: 2 },
      { ticket: 'short', match: 'short', players: 1, note: 'a word or two' },
    ];

    expect(table(rows)).toBe(
      [
        `ticket   ${long('t')}`,
        `match    ${long('m')}`,
        'players  2',
        '',
        'ticket   short',
        'match    short',
        'players  1',
        'note     a word or two',
      ].join('\n'),
    );
  });

  test('fits 100 columns whatever ids of up to 90 characters are in it', () => {
    const id = fc.stringMatching(/^[a-z0-9-]{1,90}$/);
    fc.assert(
      fc.property(fc.array(fc.record({ a: id, b: id, c: id }), { minLength: 1, maxLength: 5 }), (rows) => {
        const text = table(rows);

        expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
        for (const value of rows.flatMap((row) => Object.values(row))) expect(text).toContain(value);
      }),
    );
  });

  test('never breaks a word: an id can be copied whole', () => {
    const id = 'x'.repeat(128);

    expect(table([{ ticketId: id, players: 1 }])).toContain(id);
  });
});

test.each([
  [0, '0ms'],
  [999, '999ms'],
  [1_000, '1.0s'],
  [9_949, '9.9s'],
  [42_400, '42s'],
  [59_600, '1m00s'],
  [192_000, '3m12s'],
  [3_599_600, '1h00m'],
  [43_200_000, '12h00m'],
  [-5_000, '-5.0s'],
])('%i ms reads %s', (ms, text) => {
  expect(duration(ms)).toBe(text);
});

test('one of something is not many', () => {
  expect([counted(1, 'ticket'), counted(0, 'ticket'), counted(2, 'ticket')]).toEqual([
    '1 ticket',
    '0 tickets',
    '2 tickets',
  ]);
});
