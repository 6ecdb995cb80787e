import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { PublishBatchCommand, SNSClient, type SNSServiceException } from '@aws-sdk/client-sns';
import { backoff } from '../../jobs/contract.ts';
import { batchLimits, inBatches, type Notification } from '../../jobs/event/notification.ts';
import { noTracer } from '../telemetry/tracer.ts';

/** A message that its topic will never take. */
export interface Refused {
  readonly notification: Notification;
  readonly reason: string;
}

export type Topics = ReturnType<typeof openTopics>;

/** Calls to one topic under way at once. What must keep its order goes through one of them. */
const lanes = 5;
/** First pause (ms) before entries that failed alone are published again. */
const firstPauseMs = 100;
/** Most characters of a group's name. */
const groupLength = 128;

/**
 * Amazon SNS, as events are published to it: `endpoint` only where it is elsewhere than in AWS. A topic's
 * region is the one its ARN names. Each call is a step of the current trace.
 */
export function openTopics(endpoint?: string, tracer = noTracer) {
  const clients = new Map<string, SNSClient>();
  const clientOf = (topic: string): SNSClient => {
    const region = topic.split(':')[3] ?? '';
    const known = clients.get(region);
    if (known) return known;
    const client = new SNSClient({
      region,
      maxAttempts: 3,
      requestHandler: { connectionTimeout: 2_000, requestTimeout: 5_000 },
      ...(endpoint !== undefined && { endpoint }),
    });
    clients.set(region, client);
    return client;
  };

  /** Publishes until each message was accepted or refused; those that failed alone are tried again alone. */
  const publishBatch = async (
    topic: string,
    batch: readonly Notification[],
    signal: AbortSignal,
  ): Promise<Refused[]> => {
    const refused: Refused[] = [];
    let open = batch;
    for (let attempt = 1; ; attempt++) {
      const command = new PublishBatchCommand({
        TopicArn: topic,
        PublishBatchRequestEntries: open.map((it, index) => entryOf(it, index, topic)),
      });
      try {
        const send = () => clientOf(topic).send(command, { abortSignal: signal });
        const { Failed = [] } = await tracer.subsegment('SNS.PublishBatch', send, 'aws');
        const again: Notification[] = [];
        for (const { Id, Code, Message, SenderFault } of Failed) {
          const notification = open[Number(Id)];
          if (!notification) continue;
          if (SenderFault && !passing.test(Code ?? ''))
            refused.push({ notification, reason: `${Code}: ${Message ?? 'no reason given'}` });
          else again.push(notification);
        }
        open = again;
      } catch (error) {
        if (!isAboutMessage(error)) throw error;
        const [only, ...others] = open;
        if (only && others.length === 0) return [...refused, { notification: only, reason: String(error) }];
        for (const each of open) refused.push(...(await publishBatch(topic, [each], signal)));
        return refused;
      }
      if (open.length === 0) return refused;
      await sleep(backoff(attempt, firstPauseMs, Math.random()), undefined, { signal });
    }
  };

  return {
    /**
     * Publishes to a topic; on a FIFO one each ticket's events in their order, whatever entry of a batch
     * fails alone. Resolves when each was accepted or refused for good; throws when the topic cannot be
     * reached, does not exist or is closed to this fleet: then any of them may have been accepted.
     */
    async publish(
      topic: string,
      notifications: readonly Notification[],
      signal: AbortSignal,
    ): Promise<Refused[]> {
      const fifo = isFifo(topic);
      const tooLarge = notifications.filter((it) => it.bytes > batchLimits.bytes);
      const fit = notifications.filter((it) => it.bytes <= batchLimits.bytes);
      const results = await Promise.allSettled(
        inLanes(fit, fifo).map(async (lane) => {
          const refused: Refused[] = [];
          const batches = fifo ? inBatches(lane, ticketsOf) : inBatches(lane);
          for (const batch of batches) refused.push(...(await publishBatch(topic, batch, signal)));
          return refused;
        }),
      );
      const failure = results.find((it) => it.status === 'rejected');
      if (failure) throw failure.reason;
      return [
        ...tooLarge.map((notification) => ({
          notification,
          reason: `is ${notification.bytes} bytes; at most ${batchLimits.bytes} fit one message`,
        })),
        ...results.flatMap((it) => (it.status === 'fulfilled' ? it.value : [])),
      ];
    },

    close(): void {
      for (const client of clients.values()) client.destroy();
    },
  };
}

const isFifo = (topic: string): boolean => topic.endsWith('.fifo');

/** Whose events must not overtake each other. */
const ticketsOf = ({ event }: Notification): string[] => event.detail.tickets.map((it) => it.ticketId);

/** Codes of entries that may well be accepted later, whoever is said to be at fault. */
const passing = /Throttl|Internal|Unavailable/i;

/** A whole call refused for something in one of its messages, not for its topic. */
function isAboutMessage(error: unknown): boolean {
  const { name = '', message = '' } = error as Partial<SNSServiceException>;
  return (
    /^(InvalidParameter|ParameterValueInvalid|BatchRequestTooLong)/.test(name) && !/TopicArn/.test(message)
  );
}

/** Messages dealt to lanes; those of one group to the same, where order counts. */
function inLanes(notifications: readonly Notification[], fifo: boolean): Notification[][] {
  const dealt = Map.groupBy(notifications, ({ group, number }) => (fifo ? numberOf(group) : number) % lanes);
  return [...dealt.values()];
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
const numberOf = (group: string): number => digest(group).readUInt32BE();

function entryOf({ event, body, group, attributes }: Notification, index: number, topic: string) {
  const named = Object.entries(attributes).map(([name, StringValue]) => [
    name,
    { DataType: 'String', StringValue },
  ]);
  return {
    Id: String(index),
    Message: body,
    MessageAttributes: Object.fromEntries(named),
    ...(isFifo(topic) && {
      MessageDeduplicationId: event.id,
      // A pool of many or long values has too long a name: its digest stands for it.
      MessageGroupId: group.length <= groupLength ? group : digest(group).toString('hex'),
    }),
  };
}
