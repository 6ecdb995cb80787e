import { MongoBulkWriteError, MongoServerError } from 'mongodb';
import { expect, test } from 'vitest';
import { isLoginRefused, isUnreachable } from '../../workers/records/database.ts';

const answer = (code: number) => new MongoServerError({ message: 'as the server says', code });

test('a refused login is no fault of the work: it waits, however it is wrapped', () => {
  const refused = answer(18);
  const wrapped = new Error('bulk write', { cause: refused });

  for (const error of [refused, wrapped]) {
    expect(isLoginRefused(error)).toBe(true);
    expect(isUnreachable(error)).toBe(true);
  }
});

test('a server that is no primary is unreachable, and has not refused a login', () => {
  expect(isUnreachable(answer(10_107))).toBe(true);
  expect(isLoginRefused(answer(10_107))).toBe(false);
});

test('a server that ended the socket while it was written to is unreachable, also where a bulk write says so', () => {
  const ended = Object.assign(new Error('This socket has been ended by the other party'), { code: 'EPIPE' });
  const bulk = new MongoBulkWriteError(ended as never, {} as never);

  for (const error of [ended, bulk, new Error('could not insert', { cause: bulk })])
    expect(isUnreachable(error)).toBe(true);
});

test.each([
  answer(11_000),
  new MongoBulkWriteError({ message: 'duplicate', code: 11_000 }, {} as never),
  new Error('18'),
  { code: 18 },
])('a server that said no to the work was reached: %s', (error) => {
  expect(isUnreachable(error)).toBe(false);
  expect(isLoginRefused(error)).toBe(false);
});
