import { Redis } from 'ioredis';
import type { Part } from '../../infra/local/part.ts';
import { type Stack, startStack } from '../../infra/local/stack.ts';
import { openProxy, type TcpProxy } from '../support/tcp-proxy.ts';

/** One Valkey of the pair, and the connection that gives it orders. */
export interface QueueNode {
  readonly part: Part;
  readonly url: URL;
  readonly admin: Redis;
}

/**
 * A stack of its own, every write on disk when it is acknowledged, that parts can be killed of. Fleet and
 * clients reach the queue, DocumentDB and AWS through proxies, which are to them what the endpoint names are
 * in production: after a failover the queue's leads to the new primary.
 */
export interface StackUnderFault extends AsyncDisposable {
  readonly stack: Stack;
  readonly queue: TcpProxy;
  readonly documentdb: TcpProxy;
  readonly aws: TcpProxy;
  /** What workers and clients are given. */
  readonly env: Readonly<Record<string, string>>;
  /** The primary and its replica, which change places. */
  readonly nodes: { primary: QueueNode; replica: QueueNode };
}

export async function startStackUnderFault(progress: (line: string) => void): Promise<StackUnderFault> {
  const { PATH, HOME, XDG_CACHE_HOME } = process.env;
  const opened = new AsyncDisposableStack();
  const env = { PATH, HOME, XDG_CACHE_HOME };
  const start = async (parts: ('queueRedis' | 'cacheRedis' | 'documentdb' | 'aws')[]) =>
    opened.use(await startStack({ env, parts, durability: 'always', movableClock: true, progress }));
  try {
    const stack = await start(['queueRedis', 'cacheRedis', 'documentdb', 'aws']);
    const second = await start(['queueRedis']);
    const nodeOf = (part: Part): QueueNode => {
      const admin = new Redis(part.url, { maxRetriesPerRequest: null, retryStrategy: () => 100 });
      admin.on('error', () => undefined);
      opened.defer(() => admin.disconnect());
      return { part, url: new URL(part.url), admin };
    };
    const nodes = { primary: nodeOf(stack.part('queueRedis')), replica: nodeOf(second.part('queueRedis')) };
    await follow(nodes.replica, nodes.primary);

    const proxy = async (target: string) => {
      const opening = await openProxy(target);
      opened.defer(opening.cut);
      return opening;
    };
    const [queue, documentdb, aws] = [
      await proxy(nodes.primary.part.url),
      await proxy(stack.part('documentdb').url),
      await proxy(stack.part('aws').url),
    ];
    const through = (part: Part, { port }: TcpProxy) => {
      const url = new URL(part.url);
      url.port = String(port);
      return url.href;
    };
    return {
      stack,
      queue,
      documentdb,
      aws,
      nodes,
      env: {
        ...stack.env,
        QUEUE_REDIS_URL: through(nodes.primary.part, queue),
        DOCUMENTDB_URI: through(stack.part('documentdb'), documentdb),
        AWS_ENDPOINT_URL: through(stack.part('aws'), aws),
      },
      [Symbol.asyncDispose]: () => opened.disposeAsync(),
    };
  } catch (error) {
    await opened.disposeAsync();
    throw error;
  }
}

/** Makes a node the replica of another and waits until it has everything. */
export async function follow(replica: QueueNode, primary: QueueNode): Promise<void> {
  await replica.admin.replicaof(primary.url.hostname, Number(primary.url.port));
  await until(async () => /^master_link_status:up/m.test(await replica.admin.info('replication')), 30_000);
}

/** Asks again and again, up to `patienceMs`. */
export async function until(holds: () => Promise<boolean>, patienceMs: number, everyMs = 50): Promise<void> {
  for (const end = Date.now() + patienceMs; !(await holds()); ) {
    if (Date.now() > end) throw new Error(`did not come true within ${patienceMs} ms: ${holds}`);
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}
