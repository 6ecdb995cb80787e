/**
 * Open cursors: what the engine needs to go on with a result, and the connection that holds it where it must.
 */

import { CommandError } from './errors.ts';
import { bsonOf, type Lease, type Postgres } from './postgres.ts';

/** Milliseconds. MongoDB and Amazon DocumentDB drop a cursor nobody has asked for this long. */
const idleMs = 10 * 60_000;

interface Cursor {
  /** The engine's own note of where it stopped, handed back with every getMore. */
  continuation: Buffer;
  /** Sorted results are a held portal, which only the connection that opened it can read. */
  readonly pinned: Lease | null;
  readonly idle: NodeJS.Timeout;
  /** The driver connection that used it last; a pinned cursor does not outlive it. */
  peer: number;
}

export class Cursors {
  readonly #postgres: Pick<Postgres, 'ask'>;
  readonly #open = new Map<string, Cursor>();

  constructor(postgres: Pick<Postgres, 'ask'>) {
    this.#postgres = postgres;
  }

  keep(id: string, continuation: Buffer, pinned: Lease | null, peer: number): void {
    const idle = setTimeout(() => void this.kill(id).catch(() => {}), idleMs).unref();
    this.#open.set(id, { continuation, pinned, idle, peer });
  }

  /** The next page. `command` is the getMore itself, as BSON. */
  async more(id: string, database: string, command: Buffer, peer: number): Promise<Buffer | null> {
    const cursor = this.#open.get(id);
    if (cursor === undefined) throw new CommandError('CursorNotFound', `cursor id ${id} not found`);
    cursor.peer = peer;
    cursor.idle.refresh();
    const values = [database, command, cursor.continuation];
    try {
      const [page, continuation] = await (cursor.pinned ?? this.#postgres).ask('getMore', values);
      const next = bsonOf(continuation);
      if (next === null) await this.kill(id);
      else cursor.continuation = next;
      return bsonOf(page);
    } catch (error) {
      await this.kill(id).catch(() => {});
      throw error;
    }
  }

  /** Whether there was such a cursor. */
  async kill(id: string): Promise<boolean> {
    const cursor = this.#open.get(id);
    if (cursor === undefined) return false;
    this.#open.delete(id);
    clearTimeout(cursor.idle);
    try {
      await cursor.pinned?.run('CLOSE ALL');
    } finally {
      cursor.pinned?.release();
    }
    return true;
  }

  async dropPeer(peer: number): Promise<void> {
    const orphans = [...this.#open].filter(([, cursor]) => cursor.peer === peer && cursor.pinned !== null);
    await Promise.allSettled(orphans.map(([id]) => this.kill(id)));
  }
}
