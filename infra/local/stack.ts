import { randomBytes } from 'node:crypto';
import { cognitoElsewhere, startCognito } from './cognito.ts';
import { familiarPorts } from './free-port.ts';
import {
  type Durability,
  type Part,
  type PartName,
  type Progress,
  partElsewhere,
  partNames,
  variableOf,
} from './part.ts';
import { probe } from './probe.ts';
import { cacheFolder, openRun } from './run.ts';
import { findServers } from './servers.ts';
import { startXrayDaemon } from './xray-daemon.ts';

export interface StackOptions {
  /** The caller's environment. A part whose URL stands there is used as it is, once it has answered. */
  readonly env: NodeJS.ProcessEnv;
  /** What to start at once; the others start when asked for. Default: all. */
  readonly parts?: readonly PartName[];
  readonly durability?: Durability;
  /**
   * Lets `moveClock` of the queue move its clock, where the servers come from a Debian tree. Default: it has
   * this machine's.
   */
  readonly movableClock?: boolean;
  /**
   * The queue as three primaries in cluster mode, as in production with several shards. Default: one server.
   */
  readonly cluster?: boolean;
  /** Each server on the port people expect it at, where that is free. Default: on any free port. */
  readonly familiar?: boolean;
  /** Default: silence. */
  readonly progress?: Progress;
}

/**
 * The fleet's surroundings on one machine. Disposing it stops every part and removes every trace of the run.
 */
export interface Stack extends AsyncDisposable {
  /** Where data and logs stand until it is disposed of. */
  readonly folder: string;
  /** The variables by which workers, producers and AWS clients find the parts started so far. */
  readonly env: Readonly<Record<string, string>>;
  /** Starts a part, with what it needs, or finds it started. */
  start(name: PartName): Promise<Part>;
  /** A part that was started. */
  part(name: PartName): Part;
}

/**
 * Starts the parts; when one does not come up, stops the rest and says why. Parts that the environment names
 * have to answer before anything is started.
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const { env, parts = partNames, durability = 'everysec', cluster = false } = options;
  const { movableClock = false, progress = () => {} } = options;
  const given = parts.filter((name) => isGiven(name, env));
  await probe(given, env, progress);
  const run = await openRun(cacheFolder(env), options.familiar ? familiarPorts : {});
  const account = awsAccount(env);
  const keys = apiKeys(env);
  const servers = once(() => findServers({ run, env, durability, movableClock, progress }));

  const starters: Record<PartName, () => Promise<Part>> = {
    queueRedis: async () => (await servers())[cluster ? 'queueCluster' : 'queueRedis'](),
    cacheRedis: async () => (await servers()).cacheRedis(),
    documentdb: async () => (await servers()).documentdb(),
    aws: async () => (await servers()).aws(),
    cognito: async () => startCognito(run, env, progress),
    xrayDaemon: async () => startXrayDaemon(run, (await start('aws')).url, { ...env, ...account }),
  };
  const started = new Map<PartName, Part>();
  const starting = new Map<PartName, Promise<Part>>();
  const start = (name: PartName): Promise<Part> => {
    const pending = starting.get(name) ?? launch(name);
    starting.set(name, pending);
    return pending;
  };
  async function launch(name: PartName): Promise<Part> {
    if (isGiven(name, env) && !given.includes(name)) await probe([name], env, progress);
    const url = env[variableOf[name]];
    const part = url ? elsewhere(name, url) : await starters[name]();
    started.set(name, part);
    return part;
  }
  const elsewhere = (name: PartName, url: string): Part =>
    name === 'cognito' ? cognitoElsewhere(url, env, progress) : partElsewhere(variableOf[name], url);

  const addressOf = (name: PartName) => {
    const part = started.get(name);
    return part ? [[variableOf[name], part.url], ...Object.entries(part.variables ?? {})] : [];
  };

  const stack: Stack = {
    folder: run.folder,
    get env() {
      return {
        ...account,
        ...keys,
        ...Object.fromEntries(partNames.flatMap((name) => addressOf(name))),
      };
    },
    start,
    part(name) {
      const part = started.get(name);
      if (part === undefined) throw new Error(`Part ${name} of the local stack was not started`);
      return part;
    },
    async [Symbol.asyncDispose]() {
      await Promise.allSettled(starting.values());
      await run.resources.disposeAsync();
    },
  };
  try {
    await Promise.all(parts.map(start));
    return stack;
  } catch (error) {
    await stack[Symbol.asyncDispose]();
    throw error;
  }
}

/** Whether somebody else runs the part. A variable that is set to nothing names nobody. */
export const isGiven = (name: PartName, env: NodeJS.ProcessEnv): boolean => Boolean(env[variableOf[name]]);

/**
 * moto takes any account, but the SDK wants one. For AWS elsewhere the caller's own holds, and is not passed
 * around.
 */
function awsAccount({ AWS_ENDPOINT_URL }: NodeJS.ProcessEnv): Record<string, string> {
  if (AWS_ENDPOINT_URL) return {};
  return { AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' };
}

/** Does the work when it is first asked for, and never again. */
function once<T>(work: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined;
  return () => {
    result ??= work();
    return result;
  };
}

/**
 * What keys of the HTTP API are sealed under, and the first of them, which the API makes: the caller's, or
 * new ones.
 */
function apiKeys(env: NodeJS.ProcessEnv): Record<string, string> {
  const random = () => randomBytes(32).toString('base64url');
  return {
    API_KEYS_SECRET: env['API_KEYS_SECRET'] ?? random(),
    OPERATOR_KEY: env['OPERATOR_KEY'] ?? `operator~${random()}`,
  };
}
