import { AsyncLocalStorage } from 'node:async_hooks';
import { type DestinationStream, type Logger, pino } from 'pino';

export type Log = Logger;

export interface LogOptions {
  /** `debug` adds a line per job: tens of thousands a second on a busy worker. */
  readonly level?: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  /** Fields of every line: which process speaks. */
  readonly base: Readonly<Record<string, string | number>>;
  /** The trace the line belongs to, asked for each line. */
  readonly traceId?: () => string | undefined;
  readonly destination: DestinationStream;
}

export type Output = DestinationStream;

/** Standard output, written to without waiting; one for all who write whole lines to it. */
export const openOutput = (): Output => pino.destination({ fd: 1, sync: false });

/** What the running code works on: which job, which ticket, which match. */
const about = new AsyncLocalStorage<Readonly<Record<string, string | number>>>();

/** Runs work whose log lines carry these fields, however deep in it they are written. */
export const logging = <T>(fields: Readonly<Record<string, string | number>>, work: () => T): T =>
  about.run(fields, work);

/**
 * JSON lines. A line inside a job says which (see `logging`), and of which trace (`traceId`); no line carries
 * player attributes, tokens or passwords, however deep in a field they hide. (Values formatted *into* a
 * message are not looked at: messages are constants.)
 */
export function createLog({ level = 'info', base, traceId, destination }: LogOptions): Log {
  const log = pino(
    {
      level,
      base,
      timestamp: pino.stdTimeFunctions.isoTime,
      mixin: () => {
        const id = traceId?.();
        return { ...about.getStore(), ...(id !== undefined && { traceId: id }) };
      },
      formatters: {
        level: (label) => ({ level: label }),
        log: safeFields,
      },
      serializers: { err: (error: unknown) => error },
    },
    destination,
  );
  // Pino formats the fields of a line, not those of a child logger.
  const { child } = log;
  log.child = function safeChild(this: Log, fields, options) {
    return child.call(this, safeFields(fields), options);
  } as typeof child;
  return log;
}

const safeFields = (fields: object) => withoutSecrets(fields, 0) as Record<string, unknown>;

const secret = /attributes|token|password|secret|authorization|credential|cookie/i;

/** Deep enough for a ticket inside a job inside a list; what lies deeper is not worth a log line. */
const maxDepth = 6;

function withoutSecrets(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  if (depth > maxDepth) return '[deeper]';
  if (value instanceof Error) return described(value, depth);
  if (Array.isArray(value)) return value.map((item) => withoutSecrets(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([key, field]) => [
      key,
      secret.test(key) ? '[redacted]' : withoutSecrets(field, depth + 1),
    ]),
  );
}

/**
 * An error without its other properties: those of the Redis and MongoDB drivers are whole commands with their
 * data.
 */
function described(error: Error, depth: number) {
  const code = 'code' in error ? error.code : undefined;
  return {
    type: error.name,
    message: error.message,
    stack: error.stack,
    ...((typeof code === 'string' || typeof code === 'number') && { code }),
    ...(error.cause !== undefined && { cause: withoutSecrets(error.cause, depth + 1) }),
  };
}
