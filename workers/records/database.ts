import { type Db, MongoClient, MongoError, MongoNetworkError, MongoServerSelectionError } from 'mongodb';

export interface Database {
  readonly client: MongoClient;
  readonly db: Db;
  readonly close: () => Promise<void>;
}

/**
 * Opens DocumentDB. `retryWrites=false` unless the URI says otherwise: Amazon DocumentDB before 8.0.2 refuses
 * retryable writes. Reads go to the primary, since a replica may not have what the previous step wrote. An
 * unreachable server is reported after 5 s, as an error that `isUnreachable` knows.
 */
export async function openDatabase(uri: string, name: string): Promise<Database> {
  const retryWrites = /[?&]retryWrites=true\b/.test(uri);
  const client = new MongoClient(uri, {
    retryWrites,
    readPreference: 'primary',
    serverSelectionTimeoutMS: 5_000,
    connectTimeoutMS: 5_000,
    /**
     * A socket silent for this long is dead: longer than any statement of ours, shorter than an operator's
     * patience.
     */
    socketTimeoutMS: 20_000,
    maxPoolSize: 32,
    ignoreUndefined: true,
  });
  await client.connect();
  return { client, db: client.db(name), close: () => client.close() };
}

/** How long (ms) DocumentDB has to say that it is there. */
const answerMs = 1_000;

/**
 * Whether DocumentDB answers: one that hangs keeps its connections, so that nothing else tells it from one
 * that is slow.
 */
export async function answers({ db }: Pick<Database, 'db'>): Promise<boolean> {
  const late = new Promise<false>((resolve) => setTimeout(() => resolve(false), answerMs).unref());
  const pinged = db.command({ ping: 1 }).then(
    () => true,
    () => false,
  );
  return Promise.race([pinged, late]);
}

/**
 * A server that answers, but not as a primary: it fails over, starts or stops (and PostgreSQL behind the
 * gateway away).
 */
export const notPrimary = new Set([91, 189, 10_107, 11_600, 11_602, 13_435, 13_436]);

/**
 * The server could not be reached, as opposed to having said no: the work can wait without counting a
 * failure. A refused login is such a case: the work is sound, and another process may log in.
 */
export const isUnreachable = (error: unknown): boolean =>
  isLoginRefused(error) ||
  hasCause(
    error,
    (it) =>
      it instanceof MongoServerSelectionError ||
      it instanceof MongoNetworkError ||
      it.name === 'MongoPoolClearedError' ||
      // What Node says of a socket that the server has ended, which bulk writes pass on as it is.
      ('code' in it && it.code === 'EPIPE') ||
      (it instanceof MongoError && notPrimary.has(Number(it.code))),
  );

/**
 * The server does not know this login, any more: its password has been changed since this process read it.
 */
export const isLoginRefused = (error: unknown): boolean =>
  hasCause(error, (it) => it instanceof MongoError && it.code === authenticationFailed);

const authenticationFailed = 18;

/** Bulk writes wrap what happened, so the causes are looked through. */
function hasCause(error: unknown, is: (it: Error) => boolean): boolean {
  if (!(error instanceof Error)) return false;
  const { cause, errorResponse } = error as { cause?: unknown; errorResponse?: unknown };
  return is(error) || hasCause(cause, is) || hasCause(errorResponse, is);
}

/**
 * Every index besides that of ids: one per question that is asked, since each is written with every document.
 * Unique ones carry idempotency: what is stored twice is stored once.
 */
const indexes = {
  players: [],
  sessions: [
    // Which open sessions are due to expire: `sessions.stale`.
    { key: { status: 1, timestamp: 1 }, name: 'open' },
    { key: { player_id: 1, created_at: -1 }, name: 'player' },
    // By it DocumentDB deletes those that are over.
    { key: { forget_at: 1 }, name: 'over', expireAfterSeconds: 0 },
  ],
  matches: [],
  ladders: [],
  rating_distribution: [],
  erasures: [],
  rating_changes: [
    { key: { ladder: 1, ordinal: 1 }, unique: true, name: 'chain' },
    { key: { match_id: 1 }, name: 'match' },
    { key: { 'players.player_id': 1, ladder: 1, ordinal: 1 }, name: 'player' },
  ],
  rule_sets: [{ key: { name: 1, version: -1 }, unique: true, name: 'version' }],
  configurations: [{ key: { name: 1, version: -1 }, unique: true, name: 'version' }],
  audit: [
    { key: { chain: 1, ordinal: -1 }, unique: true, name: 'ordinal' },
    { key: { target: 1, decided_at: -1 }, name: 'target' },
    { key: { decided_at: -1 }, name: 'time' },
  ],
  activity: [
    { key: { configuration: 1, at: 1 }, name: 'time' },
    // By it DocumentDB deletes those that are over.
    { key: { forget_at: 1 }, name: 'over', expireAfterSeconds: 0 },
  ],
  setting_tags: [],
  api_keys: [{ key: { name: 1, generation: -1 }, unique: true, name: 'generation' }],
} as const;

/**
 * Makes collections and indexes where they are missing, at start-up: a transaction may not create them. Any
 * number of workers may do it at once.
 */
export async function prepareDatabase(db: Db): Promise<void> {
  const present = new Set((await db.listCollections({}, { nameOnly: true }).toArray()).map((it) => it.name));
  for (const [name, wanted] of Object.entries(indexes)) {
    if (!present.has(name)) await createUnlessPresent(db, name);
    if (wanted.length > 0) await db.collection(name).createIndexes(wanted.map((index) => ({ ...index })));
  }
}

async function createUnlessPresent(db: Db, name: string): Promise<void> {
  try {
    await db.createCollection(name);
  } catch (error) {
    const namespaceExists = 48;
    if (!(error instanceof MongoError && error.code === namespaceExists)) throw error;
  }
}
