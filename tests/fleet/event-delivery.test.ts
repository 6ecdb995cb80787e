import { expect, onTestFinished, test, vi } from 'vitest';
import { duelRuleSet } from '../support/builders.ts';
import { openCliHere } from '../support/cli.ts';
import { openFleet, soloist } from '../support/fleet.ts';
import { passTime } from '../support/fleet-clock.ts';
import { openTopic } from '../support/topic.ts';
import { allSteps, openXraySink } from '../support/xray.ts';

const eventually = { timeout: 30_000, interval: 100 };

test('a topic hears what the fleet does, in calls that are steps of a trace, a ticket that ends is on record, a game server learns of its match', async () => {
  const fleet = await openFleet();
  onTestFinished(() => fleet[Symbol.asyncDispose]());
  const topic = await openTopic({ fifo: true });
  onTestFinished(() => topic[Symbol.asyncDispose]());
  using sink = await openXraySink();
  await fleet.startWorker({
    AWS_XRAY_DAEMON_ADDRESS: sink.address,
    TRACE_SAMPLING: '1',
    EVENT_TOPIC_ARN: topic.arn,
    TICKET_READABLE_MINUTES: '1',
    TICKET_RECORD_DAYS: '3',
  });
  await fleet.install('delivered', duelRuleSet);
  const started = await fleet.client.startMatchmakingAll([
    soloist('delivered', fleet.own('ann')),
    soloist('delivered', fleet.own('bob')),
    soloist('delivered', fleet.own('cat'), 500),
  ]);
  const [ann, , cat] = started.map((it) => (it.status === 'fulfilled' ? it.value.ticketId : ''));
  await vi.waitFor(async () => {
    expect((await fleet.ticket(ann ?? ''))?.status).toBe('COMPLETED');
  }, eventually);
  await fleet.client.stopMatchmaking(cat ?? '');

  const heard: string[] = [];
  await vi.waitFor(async () => {
    for (const { event } of await topic.heard())
      for (const { ticketId } of event.detail.tickets) heard.push(`${ticketId} ${event.detail.type}`);
    expect(heard).toContain(`${cat} MatchmakingCancelled`);
    expect(heard).toContain(`${ann} MatchmakingSucceeded`);
  }, eventually);
  expect(heard.filter((it) => it.startsWith(`${ann} `)).map((it) => it.split(' ')[1])).toEqual(
    await fleet.lifecycle(ann ?? ''),
  );

  await vi.waitFor(() => {
    const calls = allSteps(sink.received).filter((it) => it.name === 'SNS.PublishBatch');
    expect(calls).toContainEqual(expect.objectContaining({ namespace: 'aws', end_time: expect.any(Number) }));
  }, eventually);

  await vi.waitFor(async () => {
    await passTime(fleet.redis, fleet.domain, 61_000);
    expect(await fleet.redis.exists(fleet.key(`ticket:${cat}`))).toBe(0);
  }, eventually);
  const cli = openCliHere(fleet.domain, '.');
  expect((await cli('ticket', 'show', cat ?? '')).out).toContain(
    'CANCELLED (Cancelled: Cancelled by request.)',
  );
  expect(await cli('event', 'refused', '--json')).toMatchObject({ code: 0, out: '[]\n' });

  const { matchId = '' } = (await fleet.ticket(ann ?? '')) ?? {};
  const { teams } = await fleet.client.readMatchmakerData(matchId);
  expect(
    teams
      .flatMap((team) => team.players)
      .map((it) => it.playerId)
      .sort(),
  ).toEqual([fleet.own('ann'), fleet.own('bob')].sort());
  expect(teams[0]?.players[0]?.attributes['skill']).toEqual({ attributeType: 'DOUBLE', valueAttribute: 10 });
  await expect(fleet.client.readMatchmakerData('none')).rejects.toMatchObject({ code: 'not-found' });
  expect(await fleet.client.listRefusedEvents()).toEqual([]);
}, 180_000);
