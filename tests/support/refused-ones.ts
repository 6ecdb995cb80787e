import type { Driven } from './gateway.ts';

type Attempt = (at: Pick<Driven, 'db' | 'items'>) => Promise<unknown>;

/** What is refused, by which code, at whichever door of DocumentDB's stand-in. */
export const refusedOnes: readonly (readonly [what: string, code: number, attempt: Attempt])[] = [
  ['$facet', 304, ({ items }) => items.aggregate([{ $facet: { a: [] } }]).toArray()],
  ['$set as a stage', 304, ({ items }) => items.aggregate([{ $set: { a: 1 } }]).toArray()],
  [
    'an unsupported operator',
    305,
    ({ items }) => items.aggregate([{ $project: { a: { $round: '$n' } } }]).toArray(),
  ],
  ['a pipeline as update', 303, ({ items }) => items.updateOne({}, [{ $addFields: { a: 1 } }])],
  ['a collation', 303, ({ items }) => items.find({}, { collation: { locale: 'en' } }).toArray()],
  ['a capped collection', 303, ({ db }) => db.createCollection('capped', { capped: true, size: 1_000 })],
  ['a validator', 303, ({ db }) => db.createCollection('valid', { validator: { $jsonSchema: {} } })],
  ['a change stream', 136, ({ items }) => items.watch().next()],
  ['map-reduce', 303, ({ db, items }) => db.command({ mapReduce: items.collectionName })],
  ['the bulkWrite command', 59, ({ db }) => db.command({ bulkWrite: 1, ops: [], nsInfo: [] })],
  ['an unknown command', 59, ({ db }) => db.command({ makeCoffee: 1 })],
  ['an unknown stage', 40324, ({ items }) => items.aggregate([{ $brew: {} }]).toArray()],
  ['an unknown operator', 2, ({ items }) => items.find({ a: { $brew: 1 } }).toArray()],
  [
    'an index that contradicts another',
    86,
    ({ items }) => items.createIndexes([{ key: { _id: -1 }, name: '_id_' }]),
  ],
  ['a missing index', 27, ({ items }) => items.dropIndex('none')],
  ['a missing collection', 26, ({ db }) => db.collection('none').indexes()],
];
