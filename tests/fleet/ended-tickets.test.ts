import { expect, onTestFinished, test, vi } from 'vitest';
import { duelRuleSet } from '../support/builders.ts';
import { openCliHere } from '../support/cli.ts';
import { openFleet, soloist } from '../support/fleet.ts';
import { passTime } from '../support/fleet-clock.ts';

const eventually = { timeout: 30_000, interval: 100 };

test('tickets that Redis has forgotten are described, explained and shown from the record, matched or not', async () => {
  const fleet = await openFleet();
  onTestFinished(() => fleet[Symbol.asyncDispose]());
  await fleet.startWorker({ TICKET_READABLE_MINUTES: '1' });
  await fleet.install('ended', duelRuleSet);
  const { client } = fleet;
  const [ann, bob, cat] = ['ann', 'bob', 'cat'].map(fleet.own);
  const asked = [soloist('ended', ann ?? ''), soloist('ended', bob ?? ''), soloist('ended', cat ?? '', 500)];
  const started = await client.startMatchmakingAll(asked);
  const ids = started.map((it) => (it.status === 'fulfilled' ? it.value.ticketId : ''));
  const [first = '', , third = ''] = ids;
  await client.stopMatchmaking(third);
  const before = await vi.waitFor(async () => {
    const all = await client.describeMatchmaking(ids);
    expect(all.map((it) => it.status)).toEqual(['COMPLETED', 'COMPLETED', 'CANCELLED']);
    return all;
  }, eventually);

  await passTime(fleet.redis, fleet.domain, 61_000);
  await vi.waitFor(async () => {
    expect(await fleet.redis.exists(...ids.map((id) => fleet.key(`ticket:${id}`)))).toBe(0);
  }, eventually);

  expect(await client.describeMatchmaking([...ids, 'ghost'])).toEqual(
    before.map((ticket) => ({ ...ticket, endTime: expect.any(String) })),
  );
  const actor = { kind: 'player', playerId: ann ?? '' } as const;
  expect((await client.describeMatchmaking(ids, { actor })).map((it) => it.ticketId)).toEqual([first]);
  expect(await client.explainTicket(first)).toMatchObject({
    status: 'COMPLETED',
    matchId: before[0]?.matchId,
    summary: 'waits for nothing: it is in a match',
  });
  expect((await client.explainTicket(third)).summary).toBe('waits for nothing: Cancelled by request.');
  for (const unknown of [client.explainTicket('ghost'), client.explainTicket(third, { actor })])
    await expect(unknown).rejects.toMatchObject({ code: 'not-found' });
  const cli = openCliHere(fleet.domain, '.');
  expect((await cli('ticket', 'show', third)).out).toContain('CANCELLED (Cancelled: Cancelled by request.)');
  expect(await cli('ticket', 'show', 'ghost')).toMatchObject({ code: 1 });
}, 90_000);
