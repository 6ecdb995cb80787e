import { once } from 'node:events';
import { createServer as createWebServer } from 'node:http';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { Redis } from 'ioredis';
import { startStack } from '../../infra/local/stack.ts';

/** A URL's password in the tests of errors: no message may show it. */
export const password = 'hunter2';

/** What somebody may have named by mistake, each by `host:port`; gone when disposed. */
export async function openOddServers() {
  const opened = new AsyncDisposableStack();
  const listening = async (server: Server) => {
    const sockets = new Set<Socket>();
    server.on('connection', (socket: Socket) => {
      sockets.add(socket.on('error', () => undefined));
    });
    opened.defer(async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return `127.0.0.1:${(server.address() as AddressInfo).port}`;
  };
  const queue = async (cluster: boolean) => {
    const env = { ...process.env, QUEUE_REDIS_URL: undefined };
    const stack = opened.use(await startStack({ env, parts: ['queueRedis'], cluster }));
    return new URL(stack.part('queueRedis').url);
  };
  const [plain, locked, cluster] = await Promise.all([queue(false), queue(false), queue(true)]);
  const admin = new Redis(locked.href);
  await admin.config('SET', 'requirepass', 'another');
  admin.disconnect();
  return {
    /** Answers HTTP. */
    web: await listening(createWebServer((_request, response) => response.end('hello'))),
    /** Takes connections and says nothing. */
    mute: await listening(createServer()),
    plain: plain.host,
    /** Wants a password. */
    locked: locked.host,
    /** A node of three, in cluster mode. */
    cluster: cluster.host,
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}
