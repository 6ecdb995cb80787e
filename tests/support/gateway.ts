import { type Collection, type Document, MongoClient, MongoServerError, ObjectId } from 'mongodb';
import { afterAll, beforeAll, beforeEach, inject } from 'vitest';

export interface Item extends Document {
  _id: number | string;
}

/**
 * The gateway as the official driver meets it, with a database of the file's own and a collection of each
 * test's own.
 */
export interface Driven {
  readonly uri: string;
  readonly client: MongoClient;
  readonly db: ReturnType<MongoClient['db']>;
  readonly items: Collection<Item>;
}

/** Call it once at the top of a test file; the database is gone after its last test. */
export function driveGateway(): Driven {
  const uri = inject('stackEnv')['DOCUMENTDB_URI'] ?? '';
  const client = new MongoClient(uri);
  const db = client.db(`gateway-${new ObjectId().toHexString()}`);
  let items: Collection<Item>;
  let made = 0;
  beforeAll(() => client.connect());
  beforeEach(async () => {
    made += 1;
    items = await db.createCollection<Item>(`items-${made}`);
  });
  afterAll(async () => {
    await db.dropDatabase();
    await client.close();
  });
  return {
    uri,
    client,
    db,
    get items() {
      return items;
    },
  };
}

/** The error of something that must fail, as the server sent it. */
export async function refusalOf(attempt: Promise<unknown>): Promise<MongoServerError> {
  const error = await attempt.then(
    () => new Error('nothing was refused'),
    (reason: unknown) => reason,
  );
  if (error instanceof MongoServerError) return error;
  throw error;
}

export const numbered = (count: number) => Array.from({ length: count }, (_, n) => ({ _id: n, n }));
