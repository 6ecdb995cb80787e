import { beforeEach, describe, expect, test } from 'vitest';
import type { Notification } from '../../jobs/event/notification.ts';
import { aConfiguration } from '../support/builders.ts';
import { mentions, openDeliverySteps, ticketOf } from '../support/delivery-steps.ts';

let steps: Awaited<ReturnType<typeof openDeliverySteps>>;

beforeEach(async () => {
  steps = await openDeliverySteps();
});

describe('SNS failing', () => {
  test('for single entries: those alone are published again, until they are taken', async () => {
    const topic = await steps.topic();
    await steps.deliver(topic.arn);
    await steps.begin('a', 'b', 'c');
    let failures = 2;
    steps.sns.fail({
      ofEntry: (message) =>
        mentions('b')(message) && failures-- > 0 ? { code: 'InternalError', senderFault: false } : undefined,
    });

    await steps.deliver(topic.arn);

    const published = steps.sns.calls.flat();
    expect(published.filter(mentions('b'))).toHaveLength(3);
    expect(published.filter(mentions('a'))).toHaveLength(1);
    expect((await topic.heard()).map(ticketOf).sort()).toEqual(['a', 'b', 'c']);
  });

  test('for single entries of a FIFO topic: no later event of their tickets comes before them (invariant 8)', async () => {
    const topic = await steps.topic({ fifo: true });
    await steps.deliver(topic.arn);
    await steps.begin('a', 'b');
    await steps.pool.tickets.stop('a');
    let failures = 2;
    steps.sns.fail({
      ofEntry: (message) =>
        mentions('a')(message) && failures-- > 0 ? { code: 'InternalError', senderFault: false } : undefined,
    });

    await steps.deliver(topic.arn);

    const heard = await topic.heard();
    expect(heard.map((it) => [ticketOf(it), it.event.detail.type])).toEqual([
      ['b', 'MatchmakingSearching'],
      ['a', 'MatchmakingSearching'],
      ['a', 'MatchmakingCancelled'],
    ]);
    expect(steps.sns.calls.map((call) => call.length)).toEqual([2, 1, 1, 1]);
  });

  test('altogether: the deliverer rests and nothing waits for it; afterwards nothing is missing', async () => {
    const topic = await steps.topic();
    await steps.deliver(topic.arn);
    await steps.begin('a');
    steps.sns.fail({ ofCall: () => 'break' });

    await steps.deliver(topic.arn);
    await steps.deliver(topic.arn);

    expect(steps.observe.failed).toHaveBeenCalledTimes(1);
    await steps.begin('b');
    expect(await steps.statusOf('b')).toBe('SEARCHING');
    await steps.waitLong();
    steps.sns.fail({});
    await steps.deliver(topic.arn);
    expect((await topic.heard()).map(ticketOf).sort()).toEqual(['a', 'b']);
    expect(steps.observe.lag.mock.calls.some(([seconds]) => seconds >= 60)).toBe(true);
  });

  test('after it had taken a batch: the batch comes again, and FIFO takes it once', async () => {
    const topic = await steps.topic({ fifo: true });
    await steps.deliver(topic.arn);
    await steps.begin('a', 'b');
    let breaks = 1;
    steps.sns.fail({ ofCall: () => (breaks-- > 0 ? 'break after' : undefined) });

    await steps.deliver(topic.arn);

    expect(steps.sns.calls).toHaveLength(2);
    expect((await topic.heard()).map(ticketOf)).toEqual(['a', 'b']);
  });

  test('for one topic holds up no other', async () => {
    const fine = await steps.topic();
    const gone = fine.arn.replace(/[^:]+$/, 'gone');
    const { configuration, ...installed } = aConfiguration(2);
    await steps.pool.settings.install({
      ...installed,
      configuration: { ...configuration, notificationTarget: gone },
    });
    await steps.deliver(fine.arn);
    await steps.begin('a');

    await steps.deliver(fine.arn);

    expect((await fine.heard()).map(ticketOf)).toEqual(['a']);
    expect(steps.observe.failed).toHaveBeenCalledExactlyOnceWith(`topic:${gone}`, expect.anything());
    expect(await steps.redis.xlen(steps.key('refused-events'))).toBe(0);
  });

  test('for longer than retention is counted as events lost', async () => {
    const topic = await steps.topic();
    await steps.deliver(topic.arn);
    await steps.begin('a', 'b');
    await steps.redis.xtrim(steps.key('events'), 'MAXLEN', 0);
    await steps.begin('c');

    await steps.deliver(topic.arn);

    expect(steps.observe.lost).toHaveBeenCalledExactlyOnceWith(`topic:${topic.arn}`, 2);
    expect((await topic.heard()).map(ticketOf)).toEqual(['c']);
  });
});

describe('a poison event', () => {
  const letters = async () =>
    (await steps.redis.xrange(steps.key('refused-events'), '-', '+')).map(([, fields]) =>
      JSON.parse(fields[3] ?? ''),
    );

  test('that SNS refuses by itself becomes a dead letter; its neighbours arrive', async () => {
    const topic = await steps.topic({ fifo: true });
    await steps.deliver(topic.arn);
    await steps.begin('a', 'b', 'c');
    steps.sns.fail({
      ofEntry: (message) =>
        mentions('b')(message) ? { code: 'InvalidParameter', senderFault: true } : undefined,
    });

    await steps.deliver(topic.arn);

    expect((await topic.heard()).map(ticketOf)).toEqual(['a', 'c']);
    expect(await letters()).toMatchObject([
      {
        topic: topic.arn,
        number: 2,
        type: 'MatchmakingSearching',
        ticketIds: ['b'],
        reason: 'InvalidParameter: as planned',
        event: { detail: { tickets: [{ ticketId: 'b' }] } },
      },
    ]);
    expect(steps.onDelivered).toHaveBeenLastCalledWith(topic.arn, 2, [expect.anything()]);
  });

  test('for which SNS refuses the whole batch is found', async () => {
    const topic = await steps.topic();
    await steps.deliver(topic.arn);
    await steps.begin('a', 'b', 'c');
    steps.sns.fail({
      ofCall: (messages) =>
        messages.some(mentions('b'))
          ? { status: 400, code: 'InvalidParameter', message: 'Invalid parameter: Message' }
          : undefined,
    });

    await steps.deliver(topic.arn);

    expect((await topic.heard()).map(ticketOf).sort()).toEqual(['a', 'c']);
    expect(await letters()).toMatchObject([{ ticketIds: ['b'] }]);
  });

  test('too large for any message is never sent', async () => {
    const topic = await steps.topic();
    const refused = await steps.topics.publish(
      topic.arn,
      [{ ...aNotification(1), bytes: 256 * 1024 + 1 }, aNotification(2)],
      new AbortController().signal,
    );

    expect(refused).toMatchObject([
      { notification: { number: 1 }, reason: 'is 262145 bytes; at most 262144 fit one message' },
    ]);
    expect(steps.sns.calls).toEqual([[aNotification(2).body]]);
  });
});

const aNotification = (number: number): Notification => ({
  number,
  body: `{"n":${number}}`,
  group: 'x'.repeat(200),
  attributes: { eventType: 'MatchmakingSearching', configuration: 'duel' },
  bytes: 100,
  event: { id: `id-${number}`, detail: { tickets: [] } } as unknown as Notification['event'],
});

test('a group with too long a name goes by its digest', async () => {
  const topic = await steps.topic({ fifo: true });

  await steps.topics.publish(topic.arn, [aNotification(1), aNotification(2)], new AbortController().signal);

  const groups = (await topic.heard()).map((it) => it.group);
  expect(groups).toEqual([expect.stringMatching(/^[0-9a-f]{64}$/), groups[0]]);
});
