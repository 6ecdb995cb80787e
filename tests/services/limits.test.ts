import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { limits } from '../../jobs/matchmaking/limits.ts';
import { startTickets } from '../../workers/matchmaking/start-matchmaking.ts';
import { openConfigurations } from '../../workers/pool/configurations.ts';
import { noTracer } from '../../workers/telemetry/tracer.ts';
import { aConfiguration, aPlayer } from '../support/builders.ts';
import { openClientDomain } from '../support/client-domain.ts';
import { perform } from '../support/fleet-stores.ts';

let opened: Awaited<ReturnType<typeof openClientDomain>>;

beforeEach(async () => {
  opened = await openClientDomain();
  onTestFinished(() => opened[Symbol.asyncDispose]());
});

/** Twelve against twelve, for tickets of up to so many players. */
async function allow(playersPerTicket: number, version: number) {
  const { configuration, ruleSet } = aConfiguration();
  const body = ruleSet.body.replace('"maxPlayers":1', '"maxPlayers":12');
  await opened.domain.pool.install({
    configuration: { ...configuration, name: 'crowd', limits: limits.parse({ playersPerTicket }) },
    version,
    ruleSet: { ...ruleSet, body },
  });
}
const crowd = (ticketId: string, players: number) => ({
  ticketId,
  configuration: 'crowd',
  players: Array.from({ length: players }, (_, index) => aPlayer(`${ticketId}-${index}`)),
});

test("a client is held to the limits of the ticket's configuration, which may be above FlexMatch's", async () => {
  const { client } = opened;
  await allow(11, 2);

  expect(await client.startMatchmaking(crowd('a', 11))).toMatchObject({ status: 'QUEUED' });
  await expect(client.startMatchmaking(crowd('b', 12))).rejects.toMatchObject({
    code: 'invalid-request',
    message: 'players: at most 11 players',
  });
});

test('a worker holds a ticket to the limits in force when it enters, and fails it by field and limit', async () => {
  const { client, domain } = opened;
  await allow(12, 2);
  await client.startMatchmaking(crowd('a', 12));
  await client.startMatchmaking(crowd('b', 11));
  await allow(11, 3);

  await perform(
    startTickets({
      tracer: noTracer,
      pool: domain.pool,
      configurations: openConfigurations(domain.pool),
      rate: () => Promise.reject(new Error('nothing here is taken from ratings')),
      wake: async () => undefined,
      onUnready: (_configuration, error) => {
        throw error;
      },
      onStarted: () => undefined,
    }),
    [{ ticketId: 'a' }, { ticketId: 'b' }],
  );

  expect(await client.describeMatchmaking(['a', 'b'])).toMatchObject([
    { status: 'FAILED', statusReason: 'InvalidTicket', statusMessage: 'players: at most 11 players' },
    { status: 'SEARCHING' },
  ]);
});
