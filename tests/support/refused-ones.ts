import type { Driven } from './gateway.ts';

type Attempt = (at: Pick<Driven, 'db' | 'items'>) => Promise<unknown>;

interface Refused {
  /** Who refuses it: the gateway, whatever the engine would do, or the engine. */
  readonly by: 'gateway' | 'engine';
  readonly what: string;
  readonly code: number;
  readonly attempt: Attempt;
}

/** What DocumentDB's stand-in refuses. */
export const refusedOnes: readonly Refused[] = [
  {
    by: 'gateway',
    what: '$facet',
    code: 304,
    attempt: ({ items }) => items.aggregate([{ $facet: { a: [] } }]).toArray(),
  },
  {
    by: 'gateway',
    what: '$set as a stage',
    code: 304,
    attempt: ({ items }) => items.aggregate([{ $set: { a: 1 } }]).toArray(),
  },
  {
    by: 'gateway',
    what: 'an unsupported operator',
    code: 305,
    attempt: ({ items }) => items.aggregate([{ $project: { a: { $round: '$n' } } }]).toArray(),
  },
  {
    by: 'gateway',
    what: 'a pipeline as update',
    code: 303,
    attempt: ({ items }) => items.updateOne({}, [{ $addFields: { a: 1 } }]),
  },
  {
    by: 'gateway',
    what: 'a collation',
    code: 303,
    attempt: ({ items }) => items.find({}, { collation: { locale: 'en' } }).toArray(),
  },
  {
    by: 'gateway',
    what: 'a capped collection',
    code: 303,
    attempt: ({ db }) => db.createCollection('capped', { capped: true, size: 1_000 }),
  },
  {
    by: 'gateway',
    what: 'a validator',
    code: 303,
    attempt: ({ db }) => db.createCollection('valid', { validator: { $jsonSchema: {} } }),
  },
  { by: 'gateway', what: 'a change stream', code: 136, attempt: ({ items }) => items.watch().next() },
  {
    by: 'gateway',
    what: 'map-reduce',
    code: 303,
    attempt: ({ db, items }) => db.command({ mapReduce: items.collectionName }),
  },
  {
    by: 'gateway',
    what: 'the bulkWrite command',
    code: 59,
    attempt: ({ db }) => db.command({ bulkWrite: 1, ops: [], nsInfo: [] }),
  },
  { by: 'engine', what: 'an unknown command', code: 59, attempt: ({ db }) => db.command({ makeCoffee: 1 }) },
  {
    by: 'engine',
    what: 'an unknown stage',
    code: 40324,
    attempt: ({ items }) => items.aggregate([{ $brew: {} }]).toArray(),
  },
  {
    by: 'engine',
    what: 'an unknown operator',
    code: 2,
    attempt: ({ items }) => items.find({ a: { $brew: 1 } }).toArray(),
  },
  {
    by: 'engine',
    what: 'an index that contradicts another',
    code: 86,
    attempt: ({ items }) => items.createIndexes([{ key: { _id: -1 }, name: '_id_' }]),
  },
  { by: 'engine', what: 'a missing index', code: 27, attempt: ({ items }) => items.dropIndex('none') },
  {
    by: 'engine',
    what: 'a missing collection',
    code: 26,
    attempt: ({ db }) => db.collection('none').indexes(),
  },
];
