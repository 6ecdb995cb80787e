import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Lease } from '../../infra/local/gateway/postgres.ts';
import { Transactions } from '../../infra/local/gateway/transactions.ts';

/** Stands for the pool only to see what it is told; what PostgreSQL does with it is for the service tests. */
function recordedPool() {
  const said: string[] = [];
  const lease = {
    run: async (sql: string) => void said.push(sql),
    cancel: async () => void said.push('cancel'),
    release: () => void said.push('release'),
  } as unknown as Lease;
  return { said, lease: async () => lease };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const begin = 'BEGIN ISOLATION LEVEL REPEATABLE READ';

test('a transaction is undone after a minute, and whoever asks for it is told that it is gone', async () => {
  const pool = recordedPool();
  const transactions = new Transactions(pool);
  const transaction = await transactions.begin('s', 1n, 1);

  await vi.advanceTimersByTimeAsync(59_999);
  expect(transactions.find('s', 1n, 1)).toBe(transaction);
  await vi.advanceTimersByTimeAsync(1);

  expect(pool.said).toEqual([begin, 'cancel', 'ROLLBACK', 'release']);
  expect(transaction.expired).toBe(true);
  expect(() => transactions.find('s', 1n, 1)).toThrow(
    expect.objectContaining({ code: 251, labels: ['TransientTransactionError'] }),
  );
});

test('a committed transaction is released once and not undone later', async () => {
  const pool = recordedPool();
  const transactions = new Transactions(pool);
  const transaction = await transactions.begin('s', 1n, 1);

  await transactions.end(transaction, 'COMMIT');
  await transactions.end(transaction, 'ROLLBACK');
  await vi.advanceTimersByTimeAsync(120_000);

  expect(pool.said).toEqual([begin, 'COMMIT', 'release']);
});

test('a newer transaction of a session undoes the older, an older one is too old', async () => {
  const pool = recordedPool();
  const transactions = new Transactions(pool);
  await transactions.begin('s', 5n, 1);

  await transactions.begin('s', 6n, 1);

  expect(pool.said).toEqual([begin, 'ROLLBACK', 'release', begin]);
  await expect(transactions.begin('s', 4n, 1)).rejects.toMatchObject({ code: 225 });
  expect(() => transactions.find('s', 5n, 1)).toThrow(expect.objectContaining({ code: 251 }));
});

test('a transaction goes with the driver connection that used it last', async () => {
  const pool = recordedPool();
  const transactions = new Transactions(pool);
  await transactions.begin('s', 1n, 1);
  transactions.find('s', 1n, 2);

  await transactions.dropPeer(1);
  expect(pool.said).toEqual([begin]);
  await transactions.dropPeer(2);

  expect(pool.said).toEqual([begin, 'ROLLBACK', 'release']);
});
