import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ticketLines } from '../../jobs/ticket/stored-ticket.ts';
import { aPlayer, aTicket } from '../support/builders.ts';
import { openPoolSteps } from '../support/pool-steps.ts';

test('the lines of a ticket have the same names in Lua and in TypeScript', () => {
  const lua = readFileSync('jobs/scripts/libraries/tickets.lua', 'utf8');
  const namesIn = (list: string) =>
    [...(new RegExp(`local ${list} = {([^}]*)}`).exec(lua)?.[1]?.matchAll(/'(\w+)'/g) ?? [])].map(
      ([, name]) => name,
    );

  expect([...namesIn('HEAD'), ...namesIn('ENDING'), ...namesIn('BODY')]).toEqual(ticketLines);
});

test('a ticket comes back as it was given, whatever text its ids and values are', async () => {
  await using steps = await openPoolSteps();
  const text = fc.string({
    unit: fc.oneof(fc.constantFrom('\\', '\n', '\\n', ' ', '"', '/', '\r', 'é'), fc.string({ maxLength: 1 })),
    minLength: 1,
    maxLength: 12,
  });
  let run = 0;

  await fc.assert(
    fc.asyncProperty(text, text, text, async (id, playerId, value) => {
      const ticketId = `${run++}${id}`.toWellFormed();
      const player = {
        ...aPlayer(playerId.toWellFormed()),
        attributes: { say: { S: value.toWellFormed() } },
      };
      const { latest } = await steps.pool.mirror.catchUp('duel', 'duel', '0-0', 1);

      await steps.start({ ...aTicket(ticketId), players: [player] });

      expect(await steps.tickets.describe([ticketId])).toMatchObject([{ ticketId, players: [player] }]);
      const { changes } = await steps.pool.mirror.catchUp('duel', 'duel', latest, 10);
      expect(changes.flatMap((it) => it.all)).toContainEqual({
        kind: 'entered',
        ticket: expect.objectContaining({ ticketId, players: [player] }),
      });
      const { tickets } = await steps.pool.mirror.readPool('duel', run - 2, 10_000);
      expect(tickets.map((it) => it.ticketId)).toContain(ticketId);
      expect(await steps.pool.tickets.stop(ticketId)).toMatchObject({ status: 'CANCELLED' });
    }),
    { numRuns: 50 },
  );
});
