/**
 * What went wrong, in MongoDB's numbers: the engine reports SQLSTATEs, drivers and stores decide on codes.
 * Pure.
 */

/** [code, name] as in MongoDB's error_codes.yml. */
const codes = {
  InternalError: 1,
  BadValue: 2,
  FailedToParse: 9,
  UserNotFound: 11,
  Unauthorized: 13,
  TypeMismatch: 14,
  Overflow: 15,
  InvalidLength: 16,
  ProtocolError: 17,
  AuthenticationFailed: 18,
  IllegalOperation: 20,
  LockTimeout: 24,
  NamespaceNotFound: 26,
  IndexNotFound: 27,
  PathNotViable: 28,
  RoleNotFound: 31,
  CannotBackfillArray: 46,
  ConflictingUpdateOperators: 40,
  CursorNotFound: 43,
  NamespaceExists: 48,
  MaxTimeMSExpired: 50,
  DollarPrefixedFieldName: 52,
  NotSingleValueField: 54,
  EmptyFieldName: 56,
  DottedFieldName: 57,
  CommandNotFound: 59,
  ImmutableField: 66,
  CannotCreateIndex: 67,
  IndexAlreadyExists: 68,
  InvalidOptions: 72,
  InvalidNamespace: 73,
  IndexOptionsConflict: 85,
  IndexKeySpecsConflict: 86,
  ShutdownInProgress: 91,
  WriteConflict: 112,
  ConflictingOperationInProgress: 117,
  CommandNotSupported: 115,
  DocumentValidationFailure: 121,
  ExceededMemoryLimit: 146,
  CannotIndexParallelArrays: 171,
  InvalidIndexSpecificationOption: 197,
  TransactionTooOld: 225,
  ConversionFailure: 241,
  NoSuchTransaction: 251,
  OperationNotSupportedInTransaction: 263,
  MechanismUnavailable: 334,
  QueryFeatureNotAllowed: 224,
  BSONObjectTooLarge: 10334,
  DuplicateKey: 11000,
  UnrecognizedStage: 40324,
} as const;

export type CodeName = keyof typeof codes;

/** A command that failed, as the driver will see it. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly code: number;
  readonly codeName: CodeName | undefined;
  readonly labels: readonly string[];

  constructor(code: CodeName | number, message: string, labels: readonly string[] = []) {
    super(message);
    this.code = typeof code === 'number' ? code : codes[code];
    this.codeName = typeof code === 'number' ? undefined : code;
    this.labels = labels;
  }
}

/** The document that tells a driver of it. */
export const failure = ({ code, codeName, message, labels }: CommandError) => ({
  ok: 0,
  code,
  errmsg: message,
  ...(codeName !== undefined && { codeName }),
  ...(labels.length > 0 && { errorLabels: labels }),
});

/** Tells the driver that running the whole transaction again may succeed. */
export const transient = ['TransientTransactionError'];

const transientCodes: ReadonlySet<number> = new Set([
  codes.WriteConflict,
  codes.LockTimeout,
  codes.ShutdownInProgress,
  codes.NoSuchTransaction,
]);

/** The same error, as one that ended a transaction. */
export const inTransaction = ({ code, codeName, message }: CommandError): CommandError =>
  new CommandError(codeName ?? code, message, transientCodes.has(code) ? transient : []);

/**
 * SQLSTATE → name. The engine's own are `M` and four base-36 digits of (row − 1) in upstream's
 * documentdb_errors.csv; the rest are PostgreSQL's.
 */
const states: Readonly<Record<string, CodeName>> = {
  M0001: 'BadValue',
  M0003: 'FailedToParse',
  M0004: 'TypeMismatch',
  M0005: 'Overflow',
  M0006: 'IllegalOperation',
  M0008: 'NamespaceNotFound',
  M0009: 'IndexNotFound',
  M000A: 'PathNotViable',
  M000C: 'CannotBackfillArray',
  M000D: 'ConflictingUpdateOperators',
  M000E: 'CursorNotFound',
  M000F: 'NamespaceExists',
  M000G: 'DollarPrefixedFieldName',
  M000I: 'NotSingleValueField',
  M000J: 'EmptyFieldName',
  M000K: 'DottedFieldName',
  M000M: 'ImmutableField',
  M000N: 'CannotCreateIndex',
  M000O: 'IndexAlreadyExists',
  M000P: 'InvalidOptions',
  M000Q: 'InvalidNamespace',
  M000R: 'IndexOptionsConflict',
  M000S: 'IndexKeySpecsConflict',
  M000U: 'CommandNotSupported',
  M000W: 'ExceededMemoryLimit',
  M0012: 'InvalidIndexSpecificationOption',
  M0013: 'QueryFeatureNotAllowed',
  M0015: 'ConversionFailure',
  M0016: 'OperationNotSupportedInTransaction',
  M001B: 'BSONObjectTooLarge',
  M001C: 'DuplicateKey',
  M007U: 'UnrecognizedStage',
  M00CO: 'DocumentValidationFailure',
  M00FD: 'CannotIndexParallelArrays',
  '23505': 'DuplicateKey',
  '23P01': 'DuplicateKey',
  '40001': 'WriteConflict',
  '40P01': 'WriteConflict',
  '55P03': 'LockTimeout',
  '57014': 'MaxTimeMSExpired',
  '57P01': 'ShutdownInProgress',
  '57P02': 'ShutdownInProgress',
  '57P03': 'ShutdownInProgress',
  '53300': 'ShutdownInProgress',
};

/**
 * The engine puts a SQLSTATE into a writeErrors code: six bits a character, the first lowest, each less 48.
 */
function unpackState(packed: number): string {
  let state = '';
  for (let shift = 0; shift < 30; shift += 6) state += String.fromCharCode(((packed >> shift) & 0x3f) + 48);
  return state;
}

/** The SQLSTATE of an error the server sent; undefined for every other. */
const stateOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && /^[0-9A-Z]{5}$/.test(String(error.code))
    ? String(error.code)
    : undefined;

/**
 * Whether running the same statement again is safe and may succeed: PostgreSQL undid it for a concurrent one.
 */
export const isConflict = (error: unknown): boolean => ['40001', '40P01'].includes(stateOf(error) ?? '');

/** Whether the PostgreSQL connection that threw `error` is of no further use. */
export const isConnectionLost = (error: unknown): boolean =>
  /^(57P0.|08...|none)$/.test(stateOf(error) ?? 'none');

const described = (name: CodeName, message: string): string =>
  name === 'DuplicateKey' ? `E11000 duplicate key error: ${message}` : message;

/** How a PostgreSQL that cannot be reached shows, having sent no error of its own. */
const unreachable = /^Connection terminated|not queryable|ECONNREFUSED|ECONNRESET|EPIPE|timeout/;

/** What the driver hears of an error: the engine's, the PostgreSQL client's, or our own. */
export function toCommandError(error: unknown): CommandError {
  if (error instanceof CommandError) return error;
  const message = error instanceof Error ? error.message : String(error);
  const state = stateOf(error);
  if (state === undefined && unreachable.test(message))
    return new CommandError('ShutdownInProgress', message);
  const name = states[state ?? ''] ?? 'InternalError';
  return new CommandError(name, described(name, message));
}

export interface WriteError {
  readonly index: number;
  readonly code: number;
  readonly errmsg: string;
}

/** One entry of `writeErrors` as the engine wrote it, its numbers possibly still BSON's. */
export const readWriteError = ({ index, code, errmsg }: Record<keyof WriteError, unknown>): WriteError => ({
  index: Number(index),
  code: Number(code),
  errmsg: String(errmsg),
});

/** One entry of `writeErrors`, from the engine's numbers to MongoDB's. */
export function fromEngineWriteError(error: WriteError): WriteError {
  const name = states[unpackState(error.code)] ?? 'InternalError';
  return { ...error, code: codes[name], errmsg: described(name, error.errmsg) };
}
