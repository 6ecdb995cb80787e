import { done } from '../../jobs/contract.ts';
import { type EventOrigin, type StoredEvent, storedEvents } from '../../jobs/event/event.ts';
import { toNotification } from '../../jobs/event/notification.ts';
import { keptEventBytes, type RefusedEvent } from '../../jobs/event/refused-event.ts';
import { deliverEvents } from '../../jobs/maintenance/jobs.ts';
import { topicFollower } from '../pool/followers.ts';
import type { Pool } from '../pool/pool.ts';
import { duty, type Handler, type OpenDuty } from '../runtime/handler.ts';
import { type Follower, type FollowStores, followStream } from './follow-stream.ts';
import { reportFollowers } from './report-followers.ts';
import type { Refused, Topics } from './topics.ts';

export interface DeliverStores extends FollowStores {
  readonly pool: Pool;
  readonly topics: Pick<Topics, 'publish'>;
  /** The topic that hears the whole fleet's events. */
  readonly fleetTopic?: string | undefined;
  /** So many events were accepted, and so many refused for good, by a topic. */
  readonly onDelivered: (topic: string, accepted: number, refused: readonly Refused[]) => void;
}

export const deliverEventsDuty: OpenDuty<Pick<DeliverStores, 'pool' | 'topics'>> = (
  { pool, topics },
  { metrics, log, settings },
) => {
  const service = deliverEvents.queue;
  const onDelivered: DeliverStores['onDelivered'] = (topic, accepted, refused) => {
    metrics.observe('EventsDelivered', accepted, { service });
    if (refused.length === 0) return;
    metrics.observe('EventsRefused', refused.length, { service });
    log.warn(
      { topic, refused: refused.length, reason: refused[0]?.reason },
      'a topic refused events for good',
    );
  };
  const observe = reportFollowers(metrics, log);
  const { fleetTopic } = settings;
  return duty(deliverEvents, deliverToTopics({ pool, topics, fleetTopic, observe, onDelivered }));
};

/**
 * Publishes to every topic what it has not heard yet. Each topic is a follower: one that is away holds up no
 * other.
 */
export const deliverToTopics =
  (stores: DeliverStores): Handler<unknown> =>
  async (_items, { signal }) => {
    const audiences = await audiencesOf(stores);
    const followers = [...audiences].map(([topic, hears]) => subscriber(topic, hears, stores));
    await Promise.all(followers.map((it) => followStream(it, stores, signal)));
    return done();
  };

/** Topics, and whether one hears of a configuration. */
type Audiences = ReadonlyMap<string, (configuration: string) => boolean>;

async function audiencesOf({ pool, fleetTopic }: DeliverStores): Promise<Audiences> {
  const byTopic = Map.groupBy(Object.entries(await pool.events.topics()), ([, topic]) => topic);
  const audiences = new Map<string, (configuration: string) => boolean>();
  for (const [topic, entries] of byTopic) {
    const names = new Set(entries.map(([configuration]) => configuration));
    audiences.set(topic, (configuration) => names.has(configuration));
  }
  if (fleetTopic !== undefined) audiences.set(fleetTopic, () => true);
  return audiences;
}

function subscriber(
  topic: string,
  hears: (configuration: string) => boolean,
  { topics, onDelivered }: DeliverStores,
): Follower<StoredEvent> {
  return {
    name: topicFollower(topic),
    stream: 'events',
    read: storedEvents,
    begin: 'latest',
    async take(events: readonly StoredEvent[], signal: AbortSignal) {
      const notifications = events
        .filter(({ configuration }) => hears(configuration))
        .map((stored) => toNotification(stored, originOf(topic), iso));
      const refused = await topics.publish(topic, notifications, signal);
      onDelivered(topic, notifications.length - refused.length, refused);
      return refused.map((it) => JSON.stringify(refusedEvent(topic, it)));
    },
  };
}

/** Events come from where their topic is. */
function originOf(topic: string): EventOrigin {
  const [, , , region = '', account = ''] = topic.split(':');
  return { region, account };
}

const iso = (ms: number): string => new Date(ms).toISOString();

function refusedEvent(topic: string, { notification, reason }: Refused): RefusedEvent {
  const { event, number, bytes } = notification;
  return {
    topic,
    number,
    eventId: event.id,
    type: event.detail.type,
    ticketIds: event.detail.tickets.map((it) => it.ticketId),
    reason,
    ...(bytes <= keptEventBytes && { event }),
  };
}
