import type { Db, Document } from 'mongodb';
import type { RecordContents, StoredRuleSet, StoredTicket } from '../../../jobs/invariants/snapshot.ts';
import type { InstalledConfiguration } from '../../../jobs/matchmaking/configuration.ts';
import { dayOf } from '../../../jobs/matchmaking/ticket-day.ts';
import type { LadderSettings } from '../../../jobs/rating-update/ladder.ts';

/** Most documents of one collection that are judged at once: more do not fit a small machine's memory. */
const most = 1_000_000;
const page = 1_000;

/** Reads what a database has on record, page by page; of each document only what is judged is kept. */
export async function readRecord(db: Db): Promise<RecordContents> {
  const read = async <T>(name: string, fields: readonly string[], filter: Document = {}): Promise<T[]> => {
    const found: T[] = [];
    const projection = Object.fromEntries(fields.map((field) => [field, 1]));
    for await (const document of db.collection(name).find(filter, { projection, batchSize: page })) {
      if (found.length === most)
        throw new Error(`Cannot judge collection ${name}: it has more than ${most} documents`);
      found.push(withTimes(document) as T);
    }
    return found;
  };
  const claims: StoredTicket[] = [];
  for (const { name } of await db.listCollections({}, { nameOnly: true }).toArray())
    if (dayOf(name) !== undefined) claims.push(...(await read<StoredTicket>(name, ['match_id', 'status'])));
  const ladders = await read<{ ladder: string; settings: LadderSettings }>('ladders', ['ladder', 'settings']);
  const configurations = await read<StoredConfiguration>('configurations', [
    'name',
    'version',
    'installed',
    'deleted',
  ]);
  return {
    matches: await read('matches', matchFields),
    claims,
    players: await read('players', ['profile', 'ratings']),
    sessions: await read('sessions', sessionFields),
    ratingChanges: await read('rating_changes', changeFields),
    ladders: new Map(ladders.map(({ ladder, settings }) => [ladder, settings])),
    configurations: sinceDeleted(configurations).flatMap(({ installed }) => installed ?? []),
    ruleSets: sinceDeleted(await read<StoredRuleSet>('rule_sets', ['name', 'version', 'body', 'deleted'])),
  };
}

interface StoredConfiguration {
  readonly name: string;
  readonly version: number;
  readonly installed?: InstalledConfiguration;
  readonly deleted?: true;
}

/** Versions since each was last deleted. */
function sinceDeleted<V extends { name: string; version: number; deleted?: true }>(
  versions: readonly V[],
): V[] {
  const deletedBy = new Map<string, number>();
  for (const { name, version, deleted } of versions)
    if (deleted) deletedBy.set(name, Math.max(version, deletedBy.get(name) ?? 0));
  return versions.filter(({ name, version }) => version > (deletedBy.get(name) ?? 0));
}

const matchFields = [
  ...[
    'configuration',
    'ladder',
    'rule_set',
    'status',
    'now',
    'as_of',
    'created_at',
    'tickets',
    'teams',
    'left',
  ],
  ...['backfill', 'departed', 'succeeded_by', 'result', 'rated_at', 'ladder_time', 'season'],
];
const sessionFields = ['player_id', 'status', 'rating', 'timestamp', 'created_at'];
const changeFields = [
  ...['ladder', 'match_id', 'player_id', 'revision', 'before', 'after', 'current_rating'],
];

/** A document whose dates are ms since 1970, as everything that is judged counts time. */
const withTimes = (document: Document): Document =>
  Object.fromEntries(
    Object.entries(document).map(([name, value]) => [name, value instanceof Date ? value.getTime() : value]),
  );
