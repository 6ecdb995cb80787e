import type { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import type { QueueName } from '../../jobs/contract.ts';
import { clientOf, type FleetClient } from '../../producers/client.ts';
import type { ClientOptions } from '../../producers/client-options.ts';
import { type ClientParts, openParts } from '../../producers/client-parts.ts';

const inside = new WeakMap<FleetClient, ClientParts>();

/** A client as the package opens it, whose queues and connection a test may look at. */
export async function openClient(options: ClientOptions): Promise<FleetClient> {
  const parts = await openParts(options);
  const client = clientOf(parts);
  inside.set(client, parts);
  return client;
}

function partsOf(client: FleetClient): ClientParts {
  const parts = inside.get(client);
  if (!parts) throw new Error('This client was not opened by tests/support/client-inside.ts');
  return parts;
}

/** BullMQ's queues, as the client adds to them. */
export const queuesOf = (client: FleetClient): Record<QueueName, Queue> => partsOf(client).queues.queues;

/** The connection that the client's calls go over. */
export const redisOf = (client: FleetClient): Redis => partsOf(client).redis;
