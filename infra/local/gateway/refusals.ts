/**
 * What Amazon DocumentDB 5.0 refuses although the engine or the gateway behind would do it. One table per
 * kind of refusal; what passes here runs there. Pure.
 *
 * Support: https://docs.aws.amazon.com/documentdb/latest/developerguide/mongo-apis.html and the table of
 * AWS's amazon-documentdb-tools (compat-tool), column 5.0. Codes 301, 304, 305 and their texts as reported
 * from the field; where Amazon's own text is not known, 303 and the words "Feature not supported".
 */

export interface Refusal {
  readonly code: number;
  readonly message: string;
}

/** The fields that may bring a command down, each possibly anything. */
interface Fields {
  readonly [other: string]: unknown;
  readonly allowDiskUse?: unknown;
  readonly autocommit?: unknown;
  readonly collation?: unknown;
  readonly filter?: unknown;
  readonly indexes?: unknown;
  readonly pipeline?: unknown;
  readonly projection?: unknown;
  readonly query?: unknown;
  readonly txnNumber?: unknown;
  readonly update?: unknown;
  /** Of one statement of an update or delete. */
  readonly q?: unknown;
  readonly u?: unknown;
  /** Of one index. */
  readonly key?: unknown;
  readonly partialFilterExpression?: unknown;
}

const retryableWrite: Refusal = { code: 301, message: 'Retryable writes are not supported' };
const feature = (what: string): Refusal => ({ code: 303, message: `Feature not supported: ${what}` });
const stage = (name: string): Refusal => ({
  code: 304,
  message: `Aggregation stage not supported: '${name}'`,
});
const operator = (name: string): Refusal => ({
  code: 305,
  message: `Aggregation project operator not supported: '${name}'`,
});
const inTransaction = (command: string): Refusal => ({
  code: 263,
  message: `Cannot run '${command}' in a multi-document transaction.`,
});
/** Change streams are off until an administrator runs modifyChangeStreams. */
const changeStream: Refusal = {
  code: 136,
  message: 'The modifyChangeStreams command has not been run for the collection.',
};

const unsupportedCommands = words(
  `cloneCollectionAsCapped compact convertToCapped eval filemd5 geoSearch group mapReduce parallelCollectionScan
   reIndex validate`,
);

/** A server of this level has never heard of them; an open gateway may. */
const unknownCommands = words('bulkWrite');

const unsupportedStages = words(
  `$bucket $bucketAuto $collStats $densify $documents $facet $fill $graphLookup $listLocalSessions $listSampledQueries
   $listSearchIndexes $listSessions $merge $planCacheStats $queryStats $replaceWith $searchMeta $set $setWindowFields
   $shardedDataDistribution $sortByCount $unionWith $unset $vectorSearch`,
);

/** In filters, projections and expressions alike: none of these names is supported in any place. */
const unsupportedOperators = words(
  `$accumulator $acos $acosh $asin $asinh $atan $atan2 $atanh $binarySize $bitAnd $bitNot $bitOr $bitXor $bottom $bottomN
   $box $bsonSize $center $centerSphere $cos $cosh $dateDiff $dateFromParts $dateToParts $dateTrunc $degreesToRadians
   $firstN $function $getField $isNumber $jsonSchema $lastN $linearFill $locf $ltrim $maxN $median $minN $near $percentile
   $polygon $pow $radiansToDegrees $rand $regexFindAll $replaceAll $replaceOne $round $rtrim $sampleRate $setField $sin
   $sinh $sortArray $stdDevPop $stdDevSamp $tan $tanh $top $topN $trim $trunc $tsIncrement $tsSecond $uniqueDocs
   $unsetField $where`,
);

/** Collections and indexes come to exist before a transaction, and a result must fit into its first page. */
const refusedInTransactions = words(
  `collMod count create createIndexes drop dropDatabase dropIndexes getMore listCollections listDatabases listIndexes
   renameCollection`,
);

/** command → options, each refused where present with a value other than false. */
const unsupportedOptions: Readonly<Record<string, readonly string[]>> = {
  find: ['awaitData', 'max', 'min', 'noCursorTimeout', 'returnKey', 'showRecordId', 'tailable'],
  create: [
    'capped',
    'changeStreamPreAndPostImages',
    'clusteredIndex',
    'pipeline',
    'timeseries',
    'validationAction',
    'validationLevel',
    'validator',
    'viewOn',
  ],
  collMod: ['validationAction', 'validationLevel', 'validator', 'viewOn'],
};

const supportedIndexKinds = new Set<unknown>([1, -1, 'text', '2dsphere']);
const unsupportedIndexOptions = ['collation', 'hidden', 'wildcardProjection'];
const supportedPartialOperators = words('$and $eq $exists $gt $gte $lt $lte');

/** Why `command` would be refused, or undefined. `statements` are those of an update or delete. */
export function refuse(name: string, command: Fields, statements: readonly Fields[]): Refusal | undefined {
  if (unsupportedCommands.has(name)) return feature(name);
  if (unknownCommands.has(name)) return { code: 59, message: `no such command: '${name}'` };
  const transactional = command.autocommit === false;
  if (command.txnNumber !== undefined && !transactional) return retryableWrite;
  if (transactional && refusedInTransactions.has(name)) return inTransaction(name);
  return (
    refuseOptions(name, command) ??
    refuseQuery(name, command) ??
    first(statements, refuseStatement) ??
    first(listOf(command.indexes), refuseIndex)
  );
}

function refuseOptions(name: string, command: Fields): Refusal | undefined {
  if (command.collation !== undefined) return feature('collation');
  const option = unsupportedOptions[name]?.find((key) => (command[key] ?? false) !== false);
  if (option !== undefined) return feature(option);
  if (name === 'find' && command.allowDiskUse !== undefined)
    return { code: 9, message: "Field 'allowDiskUse' is currently not supported" };
  return undefined;
}

function refuseQuery(name: string, command: Fields): Refusal | undefined {
  switch (name) {
    case 'aggregate':
      return refusePipeline(command.pipeline);
    case 'find':
      return refuseOperators(command.filter) ?? refuseOperators(command.projection);
    case 'findAndModify':
    case 'findandmodify':
      return refuseOperators(command.query) ?? refuseUpdate(command.update);
    default:
      return refuseOperators(command.query);
  }
}

/** One of the `updates` or `deletes`. */
const refuseStatement = (statement: Fields): Refusal | undefined =>
  refuseOptions('', statement) ?? refuseOperators(statement.q) ?? refuseUpdate(statement.u);

const refuseUpdate = (update: unknown): Refusal | undefined =>
  Array.isArray(update) ? feature('pipeline-style update') : undefined;

function refusePipeline(pipeline: unknown): Refusal | undefined {
  return first(listOf(pipeline), (entry) => {
    const [name] = Object.keys(entry);
    if (name === undefined) return undefined;
    if (name === '$changeStream') return changeStream;
    if (unsupportedStages.has(name)) return stage(name);
    const { pipeline: nested, ...rest } = name === '$lookup' ? fieldsOf(entry[name]) : { rest: entry[name] };
    return refusePipeline(nested) ?? refuseOperators(rest);
  });
}

/** Looks at every key below `value`, but takes `$literal` at its word. */
function refuseOperators(value: unknown): Refusal | undefined {
  if (Array.isArray(value)) return first(value, refuseOperators);
  if (!isPlain(value)) return undefined;
  return first(Object.entries(value), ([key, below]) => {
    if (unsupportedOperators.has(key)) return operator(key);
    return key === '$literal' ? undefined : refuseOperators(below);
  });
}

function refuseIndex(index: Fields): Refusal | undefined {
  const option = unsupportedIndexOptions.find((key) => index[key] !== undefined);
  if (option !== undefined) return feature(`index option ${option}`);
  const keys = Object.entries(fieldsOf(index.key));
  const kind = keys.find(
    ([field, value]) => field.includes('$**') || !supportedIndexKinds.has(Number(value) || value),
  );
  if (kind !== undefined) return feature(`index on ${kind[0]} of kind ${String(kind[1])}`);
  return refusePartial(index.partialFilterExpression);
}

function refusePartial(filter: unknown): Refusal | undefined {
  if (Array.isArray(filter)) return first(filter, refusePartial);
  if (!isPlain(filter)) return undefined;
  return first(Object.entries(filter), ([key, below]) =>
    key.startsWith('$') && !supportedPartialOperators.has(key)
      ? feature(`${key} in a partial index`)
      : refusePartial(below),
  );
}

/** A document rather than a BSON value such as a date or an ObjectId. */
const isPlain = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;

const fieldsOf = (value: unknown): Fields => (isPlain(value) ? value : {});

const listOf = (value: unknown): Fields[] => (Array.isArray(value) ? value.filter(isPlain) : []);

function first<T>(items: Iterable<T>, judge: (item: T) => Refusal | undefined): Refusal | undefined {
  for (const item of items) {
    const refusal = judge(item);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

function words(text: string): ReadonlySet<string> {
  return new Set(text.split(/\s+/));
}
