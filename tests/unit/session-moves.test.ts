import { expect, test } from 'vitest';
import { sessionMoves, sessionStatuses } from '../../jobs/session-creation/session.ts';

test('every status but the first is reached by a move, and from what is over there is no way on', () => {
  const moves = Object.values(sessionMoves);
  const left = new Set<string>(moves.flatMap((move) => move.from));

  expect(sessionStatuses.filter((status) => !moves.some((move) => move.to === status))).toEqual([]);
  expect(sessionStatuses.filter((status) => !left.has(status))).toEqual(['ENDED', 'EXPIRED']);
});
