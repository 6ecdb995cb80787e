import { expect, test } from 'vitest';
import { defaultReadableMs, refuses } from '../../jobs/matchmaking/claim.ts';

const decided_at = 1_000_000_000;
const held = { match_id: 'm', sequence: 7, call: 'c', decided_at };
const wanted = { match_id: 'n', sequence: 8, call: 'd', decided_at: decided_at + defaultReadableMs };

test.each([
  ['an old claim of another ticket of the id gives way', held, wanted, false],
  ['a young one refuses', held, { ...wanted, decided_at: decided_at + defaultReadableMs - 1 }, true],
  ['one from a clock that went back refuses', held, { ...wanted, decided_at: decided_at - 1 }, true],
  ['an old one of the very ticket refuses', held, { ...wanted, sequence: 7 }, true],
  [
    'an old one of the same call refuses, though the ticket was made again',
    held,
    { ...wanted, call: 'c' },
    true,
  ],
  [
    'tickets that nobody called for have no call in common',
    { match_id: 'm', sequence: 7, decided_at },
    { match_id: 'n', sequence: 8, decided_at: wanted.decided_at },
    false,
  ],
  ['a ticket that ended in no match is free', {}, wanted, false],
])('%s', (_rule, before, claim, expected) => {
  expect(refuses(before, claim, defaultReadableMs)).toBe(expected);
});
