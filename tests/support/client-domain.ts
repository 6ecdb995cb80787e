import { inject } from 'vitest';
import { openClient } from '../../producers/client.ts';
import { aConfiguration, aPlayer } from './builders.ts';
import { openDomain } from './domain.ts';

/** Where every client test finds the queue Redis. */
export const redisUrl = () => inject('stackEnv')['QUEUE_REDIS_URL'] ?? '';

/** A request to start one player on the configuration `duel`. */
export const duel = (playerId: string, ticketId?: string) => ({
  configuration: 'duel',
  players: [aPlayer(playerId)],
  ...(ticketId && { ticketId }),
});

/** A client on a domain of its own with the configuration `duel` installed, both gone when the test ends. */
export async function openClientDomain() {
  const domain = await openDomain();
  await domain.pool.install(aConfiguration());
  const client = await openClient({ redisUrl: redisUrl(), domain: domain.domain, trace: () => 'Root=1-0-0' });
  return {
    domain,
    client,
    async [Symbol.asyncDispose]() {
      await client[Symbol.asyncDispose]();
      await domain[Symbol.asyncDispose]();
    },
  };
}
