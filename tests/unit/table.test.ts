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
