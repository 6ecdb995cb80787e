import { inject, onTestFinished, vi } from 'vitest';
import { type DeliverStores, deliverToTopics } from '../../workers/maintenance/deliver-events.ts';
import { openTopics } from '../../workers/maintenance/topics.ts';
import { openFaultyTopics } from './faulty-topics.ts';
import { perform } from './fleet-stores.ts';
import { openPoolSteps } from './pool-steps.ts';
import { type Heard, openTopic } from './topic.ts';

/**
 * A domain whose events are delivered through an SNS that fails when it is told to; gone when the test ends.
 */
export async function openDeliverySteps() {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'local');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'local');
  const domain = await openPoolSteps();
  const sns = await openFaultyTopics(inject('stackEnv')['AWS_ENDPOINT_URL'] ?? '');
  const topics = openTopics(sns.url);
  const observe = { lag: vi.fn(), lost: vi.fn(), failed: vi.fn() };
  const onDelivered = vi.fn();
  onTestFinished(async () => {
    topics.close();
    await sns[Symbol.asyncDispose]();
    await domain[Symbol.asyncDispose]();
  });

  return {
    ...domain,
    sns,
    topics,
    observe,
    onDelivered,

    /** A topic of the test's own. */
    async topic(options?: Parameters<typeof openTopic>[0]) {
      const topic = await openTopic(options);
      onTestFinished(() => topic[Symbol.asyncDispose]());
      return topic;
    },

    /** What the job does, with this topic for the whole fleet. */
    deliver: (fleetTopic?: string, more: Partial<DeliverStores> = {}) =>
      perform(deliverToTopics({ pool: domain.pool, topics, fleetTopic, observe, onDelivered, ...more }), [
        {},
      ]),

    /** Lets every rest and lease end. */
    waitLong: () => domain.pass(60_000),

    /** Tickets that search from now on, of which each is one event. */
    async begin(...ticketIds: string[]) {
      await domain.search(...ticketIds);
    },
  };
}

/** The ticket a message is about. */
export const ticketOf = ({ event }: Heard) => event.detail.tickets[0]?.ticketId;

/** Whether a message body is about a ticket. */
export const mentions = (ticketId: string) => (message: string) =>
  message.includes(`"ticketId":"${ticketId}"`);
