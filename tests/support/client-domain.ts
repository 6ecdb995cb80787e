import { inject } from 'vitest';
import { aConfiguration, aPlayer } from './builders.ts';
import { openClient } from './client-inside.ts';
import { openDomain } from './domain.ts';
import { annsKey } from './operator.ts';

/** The trace that whoever calls the client is in. */
export const callersTrace = 'Root=1-5759e988-bd862e3fe1be46a994272793';

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
  await domain.pool.settings.install(aConfiguration());
  const client = await openClient({
    ...{ redisUrl: redisUrl(), domain: domain.domain, operatorKey: annsKey },
    trace: () => callersTrace,
  });
  return {
    domain,
    client,
    async [Symbol.asyncDispose]() {
      await client[Symbol.asyncDispose]();
      await domain[Symbol.asyncDispose]();
    },
  };
}
