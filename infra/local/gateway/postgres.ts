/** The engine's side: a pool of PostgreSQL connections and the SQL function each command stands for. */

import { setTimeout } from 'node:timers/promises';
import pg from 'pg';
import { isConflict, isConnectionLost } from './errors.ts';

const page = 'select cursorpage, continuation, persistconnection, cursorid from documentdb_api.';

/**
 * Every statement is prepared once per connection under its own name. Parameters are raw BSON: pg sends a
 * Buffer in binary form and the engine's bson type receives it as it is. Results come as text, since pg
 * decodes every column as UTF-8.
 */
const statements = {
  insert: 'select p_result from documentdb_api.insert($1, $2, $3)',
  update: 'select p_result from documentdb_api.update($1, $2, $3)',
  updateBatch: 'call documentdb_api.update_bulk($1, $2, $3, null, null, null)',
  delete: 'select p_result from documentdb_api.delete($1, $2, $3)',
  findAndModify: 'select p_result from documentdb_api.find_and_modify($1, $2)',
  find: `${page}find_cursor_first_page($1, $2)`,
  aggregate: `${page}aggregate_cursor_first_page($1, $2)`,
  listIndexes: `${page}list_indexes_cursor_first_page($1, $2)`,
  listCollections: `${page}list_collections_cursor_first_page($1, $2)`,
  getMore: 'select cursorpage, continuation from documentdb_api.cursor_get_more($1, $2, $3)',
  count: 'select document from documentdb_api.count_query($1, $2)',
  distinct: 'select document from documentdb_api.distinct_query($1, $2)',
  create: 'select documentdb_api.create_collection_view($1, $2)',
  createIndexes: 'select documentdb_api_internal.create_indexes_non_concurrently($1, $2, true)',
  dropIndexes: 'call documentdb_api.drop_indexes($1, $2, null)',
  collMod: 'select documentdb_api.coll_mod($1, $2, $3)',
  drop: 'select documentdb_api.drop_collection($1, $2)',
  dropDatabase: 'select documentdb_api.drop_database($1)',
  listDatabases: 'select documentdb_api.list_databases($1)',
  loginSalt: 'select documentdb_api_internal.scram_sha256_get_salt_and_iterations($1)',
  login: 'select documentdb_api_internal.authenticate_with_scram_sha256($1, $2, $3)',
  createUser: 'select documentdb_api.create_user($1)',
  updateUser: 'select documentdb_api.update_user($1)',
  dropUser: 'select documentdb_api.drop_user($1)',
  /** The note on a user's PostgreSQL role, if it is one. */
  grants: "select shobj_description(oid, 'pg_authid') from pg_roles where rolname = $1",
  exists:
    'select true from documentdb_api_catalog.collections where database_name = $1 and collection_name = $2',
  /** An index by its name, or by the constraint that PostgreSQL reports in its place. */
  indexKey: `select (i.index_spec).index_name, (i.index_spec).index_key
    from documentdb_api_catalog.collection_indexes i join documentdb_api_catalog.collections c using (collection_id)
    where c.database_name = $1 and c.collection_name = $2
      and $3 in ((i.index_spec).index_name, 'documents_rum_index_' || i.index_id)`,
} as const;

export type Statement = keyof typeof statements;
type Value = string | number | Buffer | null;
type Column = string | boolean | null;

/**
 * Milliseconds. PostgreSQL looks for a deadlock only after waiting this long; MongoDB reports the conflict at
 * once. Who runs again waits for up to as long first, and longer each time. Six concurrent inserts of one
 * unique value now and then kept meeting for 9 s with 50 here and a tenth of the wait; so they need about
 * 0.05 s, seldom 1 s.
 */
const deadlockMs = 10;

const settings = {
  /**
   * Otherwise a deadlock ends up inside writeErrors; thrown, it undoes the statement, which can then be run
   * again.
   */
  'documentdb.throwDeadlockOnCRUD': 'on',
  deadlock_timeout: `${deadlockMs}`,
  /**
   * Well below: a batch of updates that has to wait is taken apart in time, and one by one they cannot
   * deadlock.
   */
  'documentdb.batchUpdateLockTimeoutMs': `${deadlockMs / 5}`,
  /** Amazon DocumentDB's limit for waiting on a document that another transaction has written. */
  lock_timeout: '60s',
};

/** Open connections at most: pinned cursors and transactions hold one each. */
const poolSize = 100;
/** A write that keeps colliding is given up after this many runs. */
const mostRuns = 20;

/** The BSON in a column, or null. */
export const bsonOf = (column: Column | undefined): Buffer | null =>
  typeof column === 'string' ? Buffer.from(column.slice('BSONHEX'.length), 'hex') : null;

/** One PostgreSQL connection while it is ours. */
export class Lease {
  readonly #client: pg.PoolClient;
  readonly #stop: (client: pg.PoolClient) => Promise<unknown>;
  #broken = false;
  #released = false;

  /** `stop` ends what a connection is executing, from another one. */
  constructor(client: pg.PoolClient, stop: (client: pg.PoolClient) => Promise<unknown>) {
    this.#client = client;
    this.#stop = stop;
  }

  /** The first row, or an empty one. */
  async ask(statement: Statement, values: Value[]): Promise<readonly Column[]> {
    try {
      const query = { name: statement, text: statements[statement], values, rowMode: 'array' as const };
      const { rows } = await this.#client.query<Column[]>(query);
      return rows[0] ?? [];
    } catch (error) {
      this.#broken ||= isConnectionLost(error);
      throw error;
    }
  }

  /**
   * BEGIN, COMMIT and the like: a connection on which one of them fails is in no known state and is not used
   * again.
   */
  async run(sql: string): Promise<void> {
    try {
      await this.#client.query(sql);
    } catch (error) {
      this.#broken = true;
      throw error;
    }
  }

  /** Makes the query in progress, if there is one, fail with 57014. */
  async cancel(): Promise<void> {
    await this.#stop(this.#client).catch(() => {});
  }

  release(): void {
    if (this.#released) return;
    this.#released = true;
    this.#client.release(this.#broken);
  }
}

export class Postgres {
  readonly #pool: pg.Pool;
  readonly #connectionString: string;

  constructor(connectionString: string) {
    this.#connectionString = connectionString;
    const options = Object.entries(settings)
      .map(([name, value]) => `-c ${name}=${value}`)
      .join(' ');
    this.#pool = new pg.Pool({ connectionString, options, max: poolSize });
    // A connection that dies while idle or pinned is noticed by its next query; unheard, the event would end
    // the process.
    this.#pool.on('error', () => {});
    this.#pool.on('connect', (client) => client.on('error', () => {}));
  }

  async lease(): Promise<Lease> {
    return new Lease(await this.#pool.connect(), (client) => this.#cancel(client));
  }

  /** By a connection of its own: when the pool is used up, this is what gives some of it back. */
  async #cancel(client: pg.PoolClient): Promise<void> {
    const canceller = new pg.Client({ connectionString: this.#connectionString });
    await canceller.connect();
    const { processID } = client as pg.PoolClient & { processID: number };
    await canceller.query('select pg_cancel_backend($1)', [processID]);
    await canceller.end();
  }

  /** One statement on any connection, in a PostgreSQL transaction of its own. */
  async ask(statement: Statement, values: Value[]): Promise<readonly Column[]> {
    const lease = await this.lease();
    try {
      return await lease.ask(statement, values);
    } finally {
      lease.release();
    }
  }

  /**
   * As {@link ask}, run again while concurrent writers get in the way: MongoDB, too, retries a single write
   * itself.
   */
  async write(statement: Statement, values: Value[]): Promise<readonly Column[]> {
    for (let run = 1; ; run += 1) {
      try {
        return await this.ask(statement, values);
      } catch (error) {
        if (run === mostRuns || !isConflict(error)) throw error;
      }
      await setTimeout(Math.random() * run * deadlockMs);
    }
  }
}
