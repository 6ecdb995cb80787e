/**
 * Multi-document transactions: one pinned PostgreSQL connection each, found again by the driver's session.
 *
 *   startTransaction ─▶ open ──commitTransaction──▶ gone (COMMIT)
 *                        │ abortTransaction, any error, 60 s, the driver's connection gone, a newer one in the session
 *                        └────────────────────────▶ gone (ROLLBACK)
 */

import { CommandError, transient } from './errors.ts';
import type { Lease, Postgres } from './postgres.ts';

/** Milliseconds. Amazon DocumentDB ends a transaction after one minute. */
const lifetimeMs = 60_000;

export interface Transaction {
  readonly session: string;
  readonly number: bigint;
  readonly lease: Lease;
  /** Collections known to exist: a transaction may not create one, and asking once each is enough. */
  readonly known: Set<string>;
  /** The driver connection that used it last; the transaction does not outlive it. */
  peer: number;
  /** Its minute is over: what it was doing is being stopped. */
  expired: boolean;
}

export const noSuchTransaction = (number: bigint): CommandError =>
  new CommandError(
    'NoSuchTransaction',
    `Transaction ${number} is not in progress: it was never started, has ended, or took longer than a minute.`,
    transient,
  );

export class Transactions {
  readonly #postgres: Pick<Postgres, 'lease'>;
  readonly #open = new Map<string, Transaction & { readonly expiry: NodeJS.Timeout }>();

  constructor(postgres: Pick<Postgres, 'lease'>) {
    this.#postgres = postgres;
  }

  async begin(session: string, number: bigint, peer: number): Promise<Transaction> {
    const earlier = this.#open.get(session);
    if (earlier !== undefined && earlier.number >= number)
      throw new CommandError(
        'TransactionTooOld',
        `Transaction ${number} is not newer than ${earlier.number}.`,
      );
    if (earlier !== undefined) await this.end(earlier, 'ROLLBACK');
    const lease = await this.#postgres.lease();
    try {
      await lease.run('BEGIN ISOLATION LEVEL REPEATABLE READ');
    } catch (error) {
      lease.release();
      throw error;
    }
    const expiry = setTimeout(() => void this.#expire(transaction).catch(() => {}), lifetimeMs).unref();
    const transaction = { session, number, lease, known: new Set<string>(), peer, expired: false, expiry };
    this.#open.set(session, transaction);
    return transaction;
  }

  /** The open transaction of a session. Throws 251 when there is none of that number. */
  find(session: string, number: bigint, peer: number): Transaction {
    const transaction = this.#open.get(session);
    if (transaction?.number !== number) throw noSuchTransaction(number);
    transaction.peer = peer;
    return transaction;
  }

  /** Ends it for everyone, whatever becomes of the COMMIT. Repeating it does nothing. */
  async end(transaction: Transaction, how: 'COMMIT' | 'ROLLBACK'): Promise<void> {
    if (!this.#forget(transaction)) return;
    try {
      await transaction.lease.run(how);
    } finally {
      transaction.lease.release();
    }
  }

  async endSession(session: string): Promise<void> {
    const transaction = this.#open.get(session);
    if (transaction !== undefined) await this.end(transaction, 'ROLLBACK');
  }

  async dropPeer(peer: number): Promise<void> {
    const orphans = [...this.#open.values()].filter((transaction) => transaction.peer === peer);
    await Promise.allSettled(orphans.map((transaction) => this.end(transaction, 'ROLLBACK')));
  }

  #forget(transaction: Transaction): boolean {
    const open = this.#open.get(transaction.session);
    if (open !== transaction) return false;
    clearTimeout(open.expiry);
    return this.#open.delete(transaction.session);
  }

  /**
   * Undoes the transaction at once, stopping a statement that still runs; whoever uses it next is told 251.
   */
  async #expire(transaction: Transaction): Promise<void> {
    if (!this.#forget(transaction)) return;
    transaction.expired = true;
    try {
      await transaction.lease.cancel();
      await transaction.lease.run('ROLLBACK');
    } finally {
      transaction.lease.release();
    }
  }
}
