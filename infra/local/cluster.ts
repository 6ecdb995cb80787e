import { setTimeout as after } from 'node:timers/promises';
import { Redis } from 'ioredis';
import type { Part } from './part.ts';

/** Slots of a cluster, whoever runs it. */
const slots = 16_384;
/** How long (ms) nodes may take to agree. */
const patience = 30_000;

/**
 * The port nodes speak to each other on. Valkey's own choice, 10,000 above, does not exist for many a free
 * port.
 */
export const busPortOf = (port: number): number => port - 10_000;

/** What makes a Valkey server a node of a cluster on this machine. */
export const nodeOptions = (port: number): readonly string[] => [
  ...['--cluster-enabled', 'yes', '--cluster-announce-ip', '127.0.0.1'],
  ...['--cluster-port', `${busPortOf(port)}`, '--cluster-node-timeout', '5000'],
];

/**
 * Makes one part of nodes that do not know each other yet; each becomes a primary with an equal share of the
 * slots.
 */
export async function formCluster(nodes: readonly Part[]): Promise<Part> {
  const [first, ...others] = nodes.map((node) => Number(new URL(node.url).port));
  if (first === undefined) throw new Error('A cluster needs a node');
  await onEach(nodes, async (node, index) => {
    const from = Math.ceil((slots * index) / nodes.length);
    const to = Math.ceil((slots * (index + 1)) / nodes.length) - 1;
    await node.cluster('ADDSLOTSRANGE', from, to);
    await node.cluster('SET-CONFIG-EPOCH', index + 1);
  });
  await onEach(nodes.slice(0, 1), async (node) => {
    for (const port of others) await node.cluster('MEET', '127.0.0.1', port, busPortOf(port));
  });
  await agreed(nodes);
  return {
    url: `redis://127.0.0.1:${first}?cluster=true`,
    get pids() {
      return nodes.flatMap((node) => node.pids);
    },
    async kill(signal) {
      await Promise.all(nodes.map((node) => node.kill(signal)));
    },
    async restart() {
      await Promise.all(nodes.map((node) => node.restart()));
      await agreed(nodes);
    },
  };
}

/** Resolves when every node says that every slot is served and that it knows all the others. */
async function agreed(nodes: readonly Part[]): Promise<void> {
  const deadline = Date.now() + patience;
  await onEach(nodes, async (node) => {
    for (;;) {
      const info = await node.cluster('INFO');
      if (/cluster_state:ok/.test(info) && info.includes(`cluster_known_nodes:${nodes.length}\r`)) return;
      if (Date.now() > deadline) throw new Error(`The queue's cluster does not come up:\n${info}`);
      await after(20);
    }
  });
}

async function onEach(nodes: readonly Part[], work: (node: Redis, index: number) => Promise<void>) {
  await Promise.all(
    nodes.map(async (part, index) => {
      const node = new Redis(part.url);
      try {
        await work(node, index);
      } finally {
        node.disconnect();
      }
    }),
  );
}
