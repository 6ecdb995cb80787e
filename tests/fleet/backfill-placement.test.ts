import { expect, onTestFinished, test } from 'vitest';
import { openFleet, soloist } from '../support/fleet.ts';
import { openPlacementService, placementSecret } from '../support/placement-service.ts';

const _eventually = { timeout: 30_000, interval: 50 };

/** Two sides of one or two players each. */
const ruleSet = JSON.stringify({
  name: 'sides',
  ruleLanguageVersion: '1.0',
  playerAttributes: [{ name: 'skill', type: 'number', default: 10 }],
  teams: [{ name: 'side', minPlayers: 1, maxPlayers: 2, quantity: 2 }],
});

test('who places a backfilled match is told the running match it goes on from, and who fills it', async () => {
  const fleet = await openFleet();
  onTestFinished(() => fleet[Symbol.asyncDispose]());
  const service = await openPlacementService();
  onTestFinished(() => service[Symbol.asyncDispose]());
  await fleet.startWorker({ PLACEMENT_HOSTS: service.host, PLACEMENT_SECRET: placementSecret });
  await fleet.client.putRuleSet({ name: 'placed', body: ruleSet });
  await fleet.client.putConfiguration({
    name: 'placed',
    ruleSetName: 'placed',
    requestTimeoutSeconds: 60,
    backfillMode: 'AUTOMATIC',
    placement: service.placement,
  });
  const start = async (player: string) =>
    (await fleet.client.startMatchmaking(soloist('placed', fleet.own(player)))).ticketId;

  const [ann] = [await start('ann'), await start('bob')];
  const running = await fleet.matched(ann);
  const grown = await fleet.matched(await start('carl'));

  const filling = `backfill-${running}`;
  expect(service.requests.map(({ body }) => body)).toMatchObject([
    {
      matchId: running,
      matchmakerData: { autoBackfillMode: 'AUTOMATIC', autoBackfillTicketId: filling },
    },
    {
      matchId: grown,
      backfill: { matchId: running, ticketId: filling },
      matchmakerData: { autoBackfillMode: 'AUTOMATIC', autoBackfillTicketId: `backfill-${grown}` },
    },
  ]);
  expect(service.requests[0]?.body).not.toHaveProperty('backfill');
  expect(await fleet.ticket(filling)).toMatchObject({ status: 'COMPLETED', matchId: grown });
}, 90_000);
