import { randomUUID } from 'node:crypto';
import { Cluster } from 'ioredis';
import { inject } from 'vitest';
import { type QueueRole, queueAccess } from '../../infra/aws/data/access.ts';
import { openRedis } from '../../workers/process/redis.ts';

export type RedisUser = Awaited<ReturnType<typeof openUser>>;

/** A user with these rules on a server of the stack, on each of its nodes, gone when disposed. */
export async function openUser(variable: string, name: string, access: string) {
  const url = new URL(inject('stackEnv')[variable] ?? '');
  const admin = openRedis(url.href, () => undefined);
  await admin.info();
  const server: unknown = admin;
  const nodes = server instanceof Cluster ? server.nodes() : [admin];
  const onAll = (...args: string[]) => Promise.all(nodes.map((node) => node.call('ACL', ...args)));
  await onAll('SETUSER', name, 'reset', '>secret', ...access.split(' '));
  url.username = name;
  url.password = 'secret';
  return {
    name,
    url: url.href,
    admin,
    /** What was refused to this user, latest first. */
    async refused(): Promise<string[]> {
      const logs = (await onAll('LOG', '1000')) as unknown[][][];
      const entries = logs.flat().map((it) => it.map(String).join(' '));
      return entries.filter((it) => it.includes(` username ${name} `));
    },
    /** How many connections this user has, on all nodes. */
    async connections(): Promise<number> {
      const lists = await Promise.all(nodes.map((node) => node.call('CLIENT', 'LIST')));
      return lists.join('\n').split(` user=${name} `).length - 1;
    },
    async [Symbol.asyncDispose]() {
      await onAll('DELUSER', name);
      admin.disconnect();
    },
  };
}

/** A user of the queue Redis who may do in a domain what their role does in production, and no more. */
export const openRole = (domain: string, role: QueueRole) =>
  openUser('QUEUE_REDIS_URL', `${domain}-${role}-${randomUUID().slice(0, 8)}`, queueAccess(domain, role));
