/** The parts of the stack, each with the variable its users find it by. */
export const variableOf = {
  queueRedis: 'QUEUE_REDIS_URL',
  cacheRedis: 'CACHE_REDIS_URL',
  documentdb: 'DOCUMENTDB_URI',
  aws: 'AWS_ENDPOINT_URL',
  cognito: 'COGNITO_ENDPOINT',
  xrayDaemon: 'AWS_XRAY_DAEMON_ADDRESS',
} as const;

export type PartName = keyof typeof variableOf;
export const partNames = Object.keys(variableOf) as PartName[];

/** A part that answers. */
export interface Part {
  /** The value of its variable. */
  readonly url: string;
  /** Further variables its users need, beside that of its URL. */
  readonly variables?: Readonly<Record<string, string>>;
  /** Its processes on this machine; empty for a container or a part that runs elsewhere. */
  readonly pids: readonly number[];
  /**
   * Sends a signal to all of its processes, by default `SIGKILL`: a crash. Resolves when they are gone; at
   * once after `SIGSTOP` and `SIGCONT`, which hang the part and let it go on.
   */
  kill(signal?: NodeJS.Signals): Promise<void>;
  /** Starts it again with the same address and data, stopping it first when it runs. */
  restart(): Promise<void>;
  /**
   * Of a DocumentDB with our gateway: refuses the documents of a collection that contain a text; without a
   * text none.
   */
  refuse?(documents: { readonly collection: string; readonly text?: string }): void;
  /** Of a queue with a movable clock: moves it to so many seconds ahead of this machine's, at once. */
  moveClock?(aheadSeconds: number): Promise<void>;
}

/** The parts npm does not bring: they come from Docker or from a Debian tree. */
type ServerName = 'queueRedis' | 'queueCluster' | 'cacheRedis' | 'documentdb' | 'aws';

/**
 * How each of them is started. `queueCluster` is the queue on three primaries in cluster mode, in place of
 * `queueRedis`.
 */
export type Servers = Readonly<Record<ServerName, () => Promise<Part>>>;

/**
 * How much a write survives. `everysec`: a killed server loses nothing it wrote to the kernel, but at most a
 * second of queue writes it had not, as in production's `async`. `always`: a write is on disk when it is
 * acknowledged.
 */
export type Durability = 'everysec' | 'always';

/** Told, one line at a time, what is being waited for. */
export type Progress = (line: string) => void;

/** A part whose URL stands in the environment: somebody else's to start and stop. */
export function partElsewhere(variable: string, url: string): Part {
  const refuse = () =>
    Promise.reject(new Error(`Cannot kill or restart the server of ${variable}: it runs elsewhere`));
  return { url, pids: [], kill: refuse, restart: refuse };
}
