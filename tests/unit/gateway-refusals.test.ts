import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { refuse } from '../../infra/local/gateway/refusals.ts';

const aggregate = (...pipeline: object[]) => refuse('aggregate', { aggregate: 'c', pipeline }, []);
const find = (more: object) => refuse('find', { find: 'c', filter: {}, ...more }, []);
const update = (statement: object) => refuse('update', { update: 'c' }, [{ q: {}, u: {}, ...statement }]);
const index = (more: object) =>
  refuse('createIndexes', { createIndexes: 'c', indexes: [{ key: { a: 1 }, ...more }] }, []);
const inTransaction = { autocommit: false, txnNumber: 1n };

describe('stages', () => {
  test.each([
    '$bucket',
    '$bucketAuto',
    '$facet',
    '$graphLookup',
    '$merge',
    '$replaceWith',
    '$set',
    '$setWindowFields',
    '$sortByCount',
    '$unionWith',
    '$unset',
  ])('%s is refused by name, also inside a $lookup', (name) => {
    const refusal = { code: 304, message: `Aggregation stage not supported: '${name}'` };

    expect(aggregate({ $match: {} }, { [name]: {} })).toEqual(refusal);
    expect(aggregate({ $lookup: { from: 'd', as: 'e', pipeline: [{ [name]: {} }] } })).toEqual(refusal);
  });

  test.each([
    '$addFields',
    '$count',
    '$group',
    '$limit',
    '$match',
    '$project',
    '$replaceRoot',
    '$sample',
    '$skip',
    '$sort',
    '$unwind',
  ])('%s passes', (name) => {
    expect(aggregate({ [name]: {} })).toBeUndefined();
  });

  test('a change stream is refused as long as nobody has enabled it', () => {
    expect(aggregate({ $changeStream: {} })?.code).toBe(136);
  });

  test('a document in a $match that looks like a stage is none', () => {
    expect(aggregate({ $match: { a: { $in: [{ facet: 1 }] } } })).toBeUndefined();
  });
});

describe('operators', () => {
  test.each(['$dateTrunc', '$function', '$getField', '$round', '$topN', '$trim'])(
    '%s is refused wherever it stands in an expression',
    (name) => {
      const refusal = { code: 305, message: `Aggregation project operator not supported: '${name}'` };

      expect(aggregate({ $project: { a: { $cond: [true, { [name]: '$b' }, 0] } } })).toEqual(refusal);
      expect(aggregate({ $lookup: { from: 'd', let: { x: { [name]: 1 } }, as: 'e' } })).toEqual(refusal);
      expect(find({ filter: { $expr: { $eq: [{ [name]: '$a' }, 1] } } })).toEqual(refusal);
    },
  );

  test.each(['$jsonSchema', '$near', '$where'])('%s is refused in every filter', (name) => {
    const filter = { $and: [{ a: 1 }, { [name]: {} }] };

    expect(find({ filter })?.code).toBe(305);
    expect(update({ q: filter })?.code).toBe(305);
    expect(refuse('delete', { delete: 'c' }, [{ q: filter, limit: 1 }])?.code).toBe(305);
    expect(refuse('count', { count: 'c', query: filter }, [])?.code).toBe(305);
    expect(refuse('findAndModify', { findAndModify: 'c', query: filter }, [])?.code).toBe(305);
  });

  test('$literal is taken at its word', () => {
    expect(aggregate({ $project: { a: { $literal: { $round: 1 } } } })).toBeUndefined();
  });

  test('any supported filter passes, however deep', () => {
    const value = fc.oneof(fc.integer(), fc.string(), fc.constant(null), fc.date());
    const { filter } = fc.letrec((tie) => ({
      filter: fc.oneof(
        { depthSize: 'small' },
        fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/), value, { noNullPrototype: true }),
        fc.record({ $or: fc.array(tie('filter'), { maxLength: 3 }) }),
        fc.record({ a: fc.record({ $elemMatch: tie('filter') }) }),
        fc.record({ a: fc.record({ $gte: value, $exists: fc.boolean() }) }),
      ),
    }));
    fc.assert(
      fc.property(filter, (it) => {
        expect(find({ filter: it })).toBeUndefined();
      }),
    );
  });
});

describe('writes', () => {
  test('a transaction number outside a transaction is a retryable write', () => {
    const command = { insert: 'c', txnNumber: 1n };

    expect(refuse('insert', command, [])).toEqual({
      code: 301,
      message: 'Retryable writes are not supported',
    });
    expect(refuse('insert', { ...command, autocommit: false }, [])).toBeUndefined();
  });

  test('a pipeline in place of an update is refused', () => {
    expect(update({ u: [{ $addFields: { a: 1 } }] })?.code).toBe(303);
    expect(refuse('findAndModify', { findAndModify: 'c', update: [] }, [])?.code).toBe(303);
    expect(update({ u: { $set: { a: [1] }, $unset: { b: '' } } })).toBeUndefined();
  });

  test('a collation is refused in a command, in a statement and in an index', () => {
    const collation = { locale: 'en' };

    expect(find({ collation })?.code).toBe(303);
    expect(update({ collation })?.code).toBe(303);
    expect(index({ collation })?.code).toBe(303);
  });
});

describe('options', () => {
  test.each(['tailable', 'awaitData', 'noCursorTimeout', 'min', 'max', 'returnKey', 'showRecordId'])(
    'find refuses %s',
    (option) => {
      expect(find({ [option]: option === 'min' || option === 'max' ? { a: 1 } : true })?.code).toBe(303);
      expect(find({ [option]: false })).toBeUndefined();
    },
  );

  test('find refuses allowDiskUse, aggregate takes it', () => {
    expect(find({ allowDiskUse: true })?.code).toBe(9);
    expect(refuse('aggregate', { aggregate: 'c', pipeline: [], allowDiskUse: true }, [])).toBeUndefined();
  });

  test.each(['capped', 'timeseries', 'validator', 'viewOn', 'clusteredIndex'])(
    'create refuses %s',
    (option) => {
      expect(refuse('create', { create: 'c', [option]: true }, [])?.code).toBe(303);
    },
  );

  test.each(['mapReduce', 'reIndex', 'convertToCapped'])('%s is no command of Amazon DocumentDB', (name) => {
    expect(refuse(name, { [name]: 'c' }, [])?.code).toBe(303);
  });
});

describe('indexes', () => {
  test.each<[string, object]>([
    ['unique', { unique: true }],
    ['sparse', { sparse: true }],
    ['expiring', { expireAfterSeconds: 60 }],
    ['partial', { partialFilterExpression: { $and: [{ a: { $exists: true } }, { b: { $gte: 1 } }] } }],
    ['descending', { key: { a: -1 } }],
    ['geographic', { key: { a: '2dsphere' } }],
  ])('%s ones pass', (_, more) => {
    expect(index(more)).toBeUndefined();
  });

  test.each<[string, object]>([
    ['hashed', { key: { a: 'hashed' } }],
    ['wildcard', { key: { '$**': 1 } }],
    ['hidden', { hidden: true }],
    ['partial by an unsupported operator', { partialFilterExpression: { a: { $in: [1, 2] } } }],
  ])('%s ones are refused', (_, more) => {
    expect(index(more)?.code).toBe(303);
  });
});

describe('transactions', () => {
  test.each(['getMore', 'create', 'createIndexes', 'drop', 'count', 'listCollections'])(
    '%s is refused inside and allowed outside',
    (name) => {
      expect(refuse(name, { [name]: 'c', ...inTransaction }, [])?.code).toBe(263);
      expect(refuse(name, { [name]: 'c' }, [])).toBeUndefined();
    },
  );
});
