import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { limits } from '../../jobs/ticket/limits.ts';
import { runCycle } from '../../workers/matchmaking/cycle.ts';
import { openMirror } from '../../workers/matchmaking/mirror.ts';
import { startTickets } from '../../workers/matchmaking/start-matchmaking.ts';
import { openCompiled } from '../../workers/pool/compiled.ts';
import { aConfiguration, aPlayer } from '../support/builders.ts';
import { openClientDomain } from '../support/client-domain.ts';
import { cycleStores } from '../support/cycle-stores.ts';
import { perform } from '../support/fleet-stores.ts';

let opened: Awaited<ReturnType<typeof openClientDomain>>;

beforeEach(async () => {
  opened = await openClientDomain();
  onTestFinished(() => opened[Symbol.asyncDispose]());
});

/** Twelve against twelve, for tickets of up to so many players. */
async function allow(playersPerTicket: number, version: number) {
  const { configuration, ruleSet, split } = aConfiguration();
  const body = ruleSet.body.replace('"maxPlayers":1', '"maxPlayers":12');
  await opened.domain.pool.settings.install({
    configuration: { ...configuration, name: 'crowd', limits: limits.parse({ playersPerTicket }) },
    version,
    ruleSet: { ...ruleSet, body },
    split,
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

  expect(await client.startMatchmaking(crowd('a', 11))).toMatchObject({ status: 'SEARCHING' });
  await expect(client.startMatchmaking(crowd('b', 12))).rejects.toMatchObject({
    code: 'invalid-request',
    message: 'players: at most 11 players',
  });
});

test('a cycle holds a ticket to the limits in force when it looks at it, and fails it by field and limit', async () => {
  const { client, domain } = opened;
  await allow(12, 2);
  await client.startMatchmaking(crowd('a', 12));
  await client.startMatchmaking(crowd('b', 11));
  await allow(11, 3);

  await runCycle(openMirror(domain.pool, 'crowd'), cycleStores(domain.pool));

  expect(await client.describeMatchmaking(['a', 'b'])).toMatchObject([
    { status: 'FAILED', statusReason: 'InvalidTicket', statusMessage: 'players: at most 11 players' },
    { status: 'SEARCHING' },
  ]);
});

test('a worker that starts a ticket for somebody without a client holds it to the same limits', async () => {
  const { pool } = opened.domain;
  await allow(11, 2);
  const start = startTickets({
    tickets: { find: async () => [] },
    pool,
    compiled: openCompiled(pool),
    wake: async () => undefined,
  });

  expect(await perform(start, [crowd('a', 12), crowd('b', 11)])).toMatchObject({
    refusals: [{ index: 0, reason: 'players: at most 11 players' }],
  });
  expect(await opened.domain.tickets.describe(['a', 'b'])).toMatchObject([
    { ticketId: 'b', status: 'SEARCHING' },
  ]);
});
