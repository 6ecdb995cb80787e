import { beforeEach, describe, expect, test } from 'vitest';
import { topicFollower } from '../../workers/pool/followers.ts';
import { aConfiguration, aTicket } from '../support/builders.ts';
import { openDeliverySteps, ticketOf } from '../support/delivery-steps.ts';
import { deathOf, everyDeath, mortal } from '../support/mortal.ts';

let steps: Awaited<ReturnType<typeof openDeliverySteps>>;

beforeEach(async () => {
  steps = await openDeliverySteps();
});

const ids = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, at) => `t${from + at}`);

describe('a FIFO topic', () => {
  test('hears every event once, a pool in its order, with the event id against duplicates (invariant 8)', async () => {
    const topic = await steps.topic({ fifo: true });
    await steps.deliver(topic.arn);
    await steps.begin(...ids(1, 25));
    await steps.pool.tickets.stop('t3');

    await steps.deliver(topic.arn);

    const heard = await topic.heard();
    expect(heard.map(ticketOf)).toEqual([...ids(1, 25), 't3']);
    for (const { event, group, deduplicationId, attributes } of heard) {
      expect(deduplicationId).toBe(event.id);
      expect(group).toBe('duel');
      expect(attributes).toEqual({ eventType: event.detail.type, configuration: 'duel' });
      expect(event.region).toBe('us-east-1');
      expect(event.account).toBe(topic.arn.split(':')[4]);
    }
    expect(steps.sns.calls.every((call) => call.length <= 10)).toBe(true);
    expect(steps.sns.calls.length).toBe(3);
  });

  test('deliver-events: hears every event once, in order, wherever a deliverer died (invariants 8, 9)', async () => {
    const topic = await steps.topic({ fifo: true });
    await steps.deliver(topic.arn);
    let n = 0;
    const died = await everyDeath(async (death) => {
      const own = [`a${++n}`, `b${n}`];
      await steps.begin(...own);
      const { pool, topics } = mortal({ pool: steps.pool, topics: steps.topics }, death);
      await deathOf(steps.deliver(topic.arn, { pool, topics }), death);
      await steps.waitLong();
      await steps.deliver(topic.arn);
      expect((await topic.heard()).map(ticketOf)).toEqual(own);
      return death.place;
    });

    expect(died).toEqual(['pool.topics', 'pool.follow', 'topics.publish', 'pool.advance', 'pool.release']);
  });
});

describe('a standard topic', () => {
  test('hears every event, in whatever order', async () => {
    const topic = await steps.topic();
    await steps.deliver(topic.arn);
    await steps.begin(...ids(1, 30));

    await steps.deliver(topic.arn);

    const heard = await topic.heard();
    expect(heard.map(ticketOf).sort()).toEqual(ids(1, 30).sort());
    expect(heard.every((it) => it.group === undefined)).toBe(true);
    expect(steps.onDelivered).toHaveBeenLastCalledWith(topic.arn, 30, []);
  });

  test('lets a subscription filter by event type and configuration', async () => {
    const topic = await steps.topic({ filter: { eventType: ['MatchmakingCancelled'] } });
    await steps.deliver(topic.arn);
    await steps.begin('a', 'b');
    await steps.pool.tickets.stop('b');

    await steps.deliver(topic.arn);

    expect((await topic.heard()).map((it) => it.event.detail.type)).toEqual(['MatchmakingCancelled']);
  });
});

test('the fleet topic misses nothing from when a worker starts with it', async () => {
  const topic = await steps.topic();
  await steps.begin('before');
  await steps.pool.events.beginFollowing('events', topicFollower(topic.arn));
  await steps.begin('after');
  await steps.pool.events.beginFollowing('events', topicFollower(topic.arn));

  await steps.deliver(topic.arn);

  expect((await topic.heard()).map(ticketOf)).toEqual(['after']);
});

describe("a configuration's own topic", () => {
  test('hears its events and no other; the fleet topic hears all', async () => {
    const [own, fleet] = [await steps.topic(), await steps.topic()];
    const { configuration, ...installed } = aConfiguration(2);
    await steps.pool.settings.install({
      ...installed,
      configuration: { ...configuration, name: 'race', notificationTarget: own.arn },
    });
    await steps.deliver(fleet.arn);
    await steps.begin('a');
    await steps.tickets.start([{ ...aTicket('b'), configuration: 'race', pool: 'race', version: 2 }]);
    await steps.pool.tickets.stop('b');

    await steps.deliver(fleet.arn);

    expect((await own.heard()).map(ticketOf)).toEqual(['b', 'b']);
    expect((await fleet.heard()).map(ticketOf).sort()).toEqual(['a', 'b', 'b']);

    await steps.pool.settings.install({
      ...installed,
      version: 3,
      configuration: { ...configuration, name: 'race' },
    });
    await steps.tickets.start([{ ...aTicket('c'), configuration: 'race', pool: 'race', version: 3 }]);
    await steps.pool.tickets.stop('c');
    await steps.deliver(fleet.arn);
    expect(await own.heard()).toEqual([]);
  });

  test('misses nothing that happens before it is first published to', async () => {
    const own = await steps.topic();
    const { configuration, ...installed } = aConfiguration(2);
    await steps.begin('before');
    await steps.pool.settings.install({
      ...installed,
      configuration: { ...configuration, notificationTarget: own.arn },
    });
    await steps.begin('after');

    await steps.deliver();

    expect((await own.heard()).map(ticketOf)).toEqual(['after']);
  });

  test('hears each event once, though it is the fleet topic too', async () => {
    const topic = await steps.topic();
    const { configuration, ...installed } = aConfiguration(2);
    await steps.pool.settings.install({
      ...installed,
      configuration: { ...configuration, notificationTarget: topic.arn },
    });
    await steps.deliver(topic.arn);
    await steps.begin('a');
    await steps.deliver(topic.arn);

    expect((await topic.heard()).map(ticketOf)).toEqual(['a']);
  });
});
