import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { setTimeout as after } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { MongoClient } from 'mongodb';
import { type PartName, type Progress, variableOf } from './part.ts';

/** How long (ms) a server may take to answer. */
const patience = 5_000;

/** How each part is asked whether it is there, in its own protocol. Rejects with the cause when it is not. */
const asks: Record<PartName, (url: string, env: NodeJS.ProcessEnv) => Promise<string>> = {
  queueRedis: ping,
  cacheRedis: ping,
  documentdb: hello,
  aws: request,
  cognito: request,
  xrayDaemon: sendNothing,
};

/**
 * Asks the parts whose URLs stand in the environment, all at once, and tells what each said. Throws one error
 * that names the variable, the address and the cause of every part that does not answer within five seconds.
 */
export async function probe(names: readonly PartName[], env: NodeJS.ProcessEnv, progress: Progress) {
  const dead: string[] = [];
  const askOne = async (name: PartName) => {
    const variable = variableOf[name];
    const url = env[variable] ?? '';
    try {
      progress(`${variable} is given: ${addressOf(url)} ${await asks[name](url, env)}`);
    } catch (error) {
      dead.push(`  ${variable} (${addressOf(url)}): ${causeOf(error)}`);
    }
  };
  await Promise.all(names.map(askOne));
  if (dead.length === 0) return;
  throw new Error(`Cannot use servers that the environment names:\n${dead.sort().join('\n')}
Start them or correct the variables. The stack starts a server of its own for each variable that is unset.`);
}

async function ping(url: string): Promise<string> {
  schemeOf(url, ['redis:', 'rediss:']);
  const redis = new Redis(url, { lazyConnect: true, retryStrategy: () => null, connectTimeout: patience });
  const failed = once(
    redis.on('error', () => {}),
    'error',
  ).then(([error]) => Promise.reject(error));
  try {
    await inTime(Promise.race([redis.ping(), failed]));
    return 'answers PING';
  } catch (error) {
    const { message } = error as Error;
    if (error instanceof Silence && /^rediss:/i.test(url))
      throw new Error(`${message}: does it speak TLS, as rediss:// says?`);
    if (/RESP|WRONG_VERSION_NUMBER|wrong version number|Connection is closed/.test(message))
      throw new Error('not a Redis, or a wrong scheme: redis:// is without TLS, rediss:// with TLS');
    throw error;
  } finally {
    failed.catch(() => {});
    redis.disconnect();
  }
}

/** The login is that of a worker: in the URI, or beside it. */
async function hello(url: string, env: NodeJS.ProcessEnv): Promise<string> {
  schemeOf(url, ['mongodb:', 'mongodb+srv:']);
  const { DOCUMENTDB_USERNAME: username, DOCUMENTDB_PASSWORD: password } = env;
  const client = new MongoClient(url, {
    serverSelectionTimeoutMS: patience,
    connectTimeoutMS: patience,
    ...(username && password && { auth: { username, password } }),
  });
  try {
    await client.db('admin').command({ hello: 1 });
    return 'answers hello';
  } catch (error) {
    const { message } = error as Error;
    if (/^connection .* closed$/.test(message))
      throw new Error('it closes the connection: not a MongoDB, or one that wants tls=true');
    if (/^Server selection timed out/.test(message)) throw new Silence();
    throw error;
  } finally {
    await client.close();
  }
}

async function request(url: string): Promise<string> {
  schemeOf(url, ['http:', 'https:']);
  const answer = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(patience) }).catch(
    (error: Error) => {
      if (error.name === 'TimeoutError') throw new Silence();
      const cause = error.cause as NodeJS.ErrnoException | undefined;
      if (/^(HPE_|UND_ERR_SOCKET|ECONNRESET)/.test(cause?.code ?? ''))
        throw new Error('it does not speak HTTP');
      throw cause ?? error;
    },
  );
  if (answer.status < 502 || answer.status > 504) return 'answers HTTP';
  throw new Error(`HTTP status ${answer.status}: the server behind it is away`);
}

/**
 * UDP answers nothing. All that can be known is that this machine, or the other, refuses the datagram: the
 * port is closed.
 */
async function sendNothing(address: string): Promise<string> {
  const [, host = '', port = ''] = /^([^:]+):(\d+)$/.exec(address) ?? [];
  if (host === '') throw new Error('not an address of the form host:port');
  const socket = createSocket('udp4');
  try {
    const refused = once(socket, 'error').then(([error]) => Promise.reject(error));
    socket.connect(Number(port), host);
    await Promise.race([once(socket, 'connect'), refused]);
    socket.send('');
    await Promise.race([after(200), refused]);
    return 'takes datagrams (UDP: more cannot be known)';
  } finally {
    socket.close();
  }
}

class Silence extends Error {
  override readonly message = `no answer within ${patience / 1000} s`;
}

async function inTime<T>(work: Promise<T>): Promise<T> {
  const deadline = new AbortController();
  const late = after(patience, undefined, { signal: deadline.signal }).then(() =>
    Promise.reject(new Silence()),
  );
  late.catch(() => {});
  try {
    return await Promise.race([work, late]);
  } finally {
    deadline.abort();
  }
}

function schemeOf(url: string, allowed: readonly string[]): void {
  const scheme = /^[a-z+]+:/i.exec(url)?.[0];
  if (scheme !== undefined && allowed.includes(scheme.toLowerCase())) return;
  throw new Error(`it has to begin with ${allowed.map((it) => `${it}//`).join(' or ')}`);
}

/** Where a URL points to, without its login. */
const addressOf = (url: string) =>
  url
    .replace(/^.*@/s, '')
    .replace(/^[a-z+]+:\/\//i, '')
    .replace(/[/?].*$/s, '');

function causeOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  // A name with several addresses fails with one error for each, and no message of its own.
  const first = (error as Partial<AggregateError>).errors?.[0] as Error | undefined;
  const text = message || first?.message || String(error);
  if (code === 'ECONNREFUSED' || /ECONNREFUSED/.test(text))
    return 'connection refused: nothing listens there';
  if (code === 'ENOTFOUND' || /ENOTFOUND|EAI_AGAIN/.test(text)) return 'unknown host';
  return text;
}
