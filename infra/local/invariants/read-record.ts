import type { Db, Document } from 'mongodb';
import {
  fromStoredConfiguration,
  type StoredConfiguration as Installed,
} from '../../../jobs/configuration/stored-configuration.ts';
import type {
  RecordContents,
  StoredRatingChange,
  StoredRuleSet,
  StoredTicket,
} from '../../../jobs/invariants/snapshot.ts';
import { defaultSettings } from '../../../jobs/ladder/ladder.ts';
import type { LadderDocument } from '../../../jobs/ladder/ladder-document.ts';
import { fromStoredTickets, type StoredMatchTicket } from '../../../jobs/match/stored-tickets.ts';
import { dayOf } from '../../../jobs/ticket/ticket-day.ts';

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
    if (dayOf(name) !== undefined)
      claims.push(...(await read<StoredTicket>(name, ['match_id', 'status', 'fills'])));
  const documents = await read<LadderDocument>('rating_changes', documentFields);
  const configurations = await read<StoredConfiguration>('configurations', [
    'name',
    'version',
    'installed',
    'deleted',
  ]);
  return {
    matches: (await read<StoredMatch>('matches', matchFields)).map((it) => ({
      ...it,
      tickets: fromStoredTickets(it.tickets),
    })),
    claims,
    players: await read('players', ['profile', 'ratings']),
    sessions: await read('sessions', sessionFields),
    ratingChanges: changesIn(documents),
    givenRatings: documents.flatMap(({ kind, ladder, players }) =>
      kind === 'given' ? players.map((it) => ({ ...it, ladder })) : [],
    ),
    configurations: sinceDeleted(configurations).flatMap(({ installed }) =>
      installed ? fromStoredConfiguration(installed) : [],
    ),
    ruleSets: sinceDeleted(await read<StoredRuleSet>('rule_sets', ['name', 'version', 'body', 'deleted'])),
  };
}

type StoredMatch = Omit<RecordContents['matches'][number], 'tickets'> & {
  readonly tickets: readonly StoredMatchTicket[];
};

interface StoredConfiguration {
  readonly name: string;
  readonly version: number;
  readonly installed?: Installed;
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
  ...['backfill', 'departed', 'succeeded_by', 'result', 'rated_at'],
];
const sessionFields = ['player_id', 'status', 'rating', 'timestamp', 'created_at'];
const documentFields = [
  ...['ladder', 'ordinal', 'kind', 'match_id', 'revision', 'ladder_time', 'season', 'players'],
  ...['settings', 'settings_at'],
];

/** What the matches of ladders did to players, one by one. */
function changesIn(documents: readonly LadderDocument[]): StoredRatingChange[] {
  const settings = new Map(
    documents.flatMap((it) =>
      it.kind === 'settings' ? [[`${it.ladder} ${it.ordinal}`, it.settings] as const] : [],
    ),
  );
  return documents.flatMap((document) => {
    if (document.kind !== 'match') return [];
    const { ladder, match_id, revision, ladder_time: at, season, settings_at } = document;
    const held = settings.get(`${ladder} ${settings_at}`) ?? defaultSettings;
    return document.players.map((it) => ({ ...it, ladder, match_id, revision, at, season, settings: held }));
  });
}

/** A document whose dates are ms since 1970, as everything that is judged counts time. */
const withTimes = (document: Document): Document =>
  Object.fromEntries(
    Object.entries(document).map(([name, value]) => [name, value instanceof Date ? value.getTime() : value]),
  );
