import { describe, expect, test } from 'vitest';
import {
  CommandError,
  fromEngineWriteError,
  inTransaction,
  isConflict,
  isConnectionLost,
  toCommandError,
} from '../../infra/local/gateway/errors.ts';

/** As the PostgreSQL client throws what the server sent. */
const sent = (code: string, message = 'said the engine') => Object.assign(new Error(message), { code });

describe('what the engine sends', () => {
  test.each<[string, number, string]>([
    ['M0001', 2, 'BadValue'],
    ['M0008', 26, 'NamespaceNotFound'],
    ['M000E', 43, 'CursorNotFound'],
    ['M0016', 263, 'OperationNotSupportedInTransaction'],
    ['M001C', 11000, 'DuplicateKey'],
    ['23505', 11000, 'DuplicateKey'],
    ['23P01', 11000, 'DuplicateKey'],
    ['40001', 112, 'WriteConflict'],
    ['40P01', 112, 'WriteConflict'],
    ['57014', 50, 'MaxTimeMSExpired'],
    ['XX000', 1, 'InternalError'],
  ])('%s is %i to a driver', (state, code, codeName) => {
    expect(toCommandError(sent(state))).toMatchObject({ code, codeName });
  });

  test('a duplicate key says so as drivers and stores expect it', () => {
    expect(toCommandError(sent('23505')).message).toMatch(/^E11000 duplicate key error/);
  });

  test('a write error is unpacked from the five characters in its number', () => {
    const error = { index: 3, code: 319_029_277, errmsg: "Duplicate key violation: Index '_id_'" };

    expect(fromEngineWriteError(error)).toMatchObject({
      index: 3,
      code: 11000,
      errmsg: expect.stringMatching(/^E11000 /),
    });
  });
});

describe('what is retried, and by whom', () => {
  test('a conflict undone by PostgreSQL is run again, anything else is not', () => {
    expect(['40001', '40P01', '23505', '57014'].map((state) => isConflict(sent(state)))).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  test.each(['40001', '55P03'])('%s in a transaction tells the driver to run it all again', (state) => {
    expect(inTransaction(toCommandError(sent(state))).labels).toEqual(['TransientTransactionError']);
  });

  test('a mistake in a transaction does not', () => {
    expect(inTransaction(toCommandError(sent('M0001'))).labels).toEqual([]);
  });
});

describe('a PostgreSQL that is gone', () => {
  test.each([
    new Error('Connection terminated unexpectedly'),
    new Error('Client has encountered a connection error and is not queryable'),
    sent('ECONNREFUSED', 'connect ECONNREFUSED 127.0.0.1:5432'),
    sent('57P01', 'terminating connection due to administrator command'),
  ])('is a server shutting down: $message', (error) => {
    expect(toCommandError(error)).toMatchObject({ code: 91, codeName: 'ShutdownInProgress' });
    expect(isConnectionLost(error)).toBe(true);
  });

  test('an error of our own is not mistaken for it', () => {
    expect(toCommandError(new TypeError('x is not a function')).code).toBe(1);
    expect(toCommandError(new CommandError(304, 'no')).code).toBe(304);
  });
});
