import { randomBytes } from 'node:crypto';
import { CreateTopicCommand, DeleteTopicCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { inject } from 'vitest';
import type { MatchmakingEvent } from '../../jobs/event/event.ts';

/** A message as a queue behind a topic gets it. */
export interface Heard {
  readonly event: MatchmakingEvent;
  readonly attributes: Readonly<Record<string, string | undefined>>;
  readonly group?: string | undefined;
  readonly deduplicationId?: string | undefined;
}

/**
 * A topic with a queue that hears it, gone when the test ends. `filter`: an SNS filter policy on attributes.
 */
export async function openTopic({
  fifo = false,
  filter,
}: {
  readonly fifo?: boolean;
  readonly filter?: object;
} = {}) {
  const endpoint = inject('stackEnv')['AWS_ENDPOINT_URL'] ?? '';
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const sns = new SNSClient({ endpoint, region: 'us-east-1', credentials });
  const sqs = new SQSClient({ endpoint, region: 'us-east-1', credentials });
  const name = `events-${randomBytes(4).toString('hex')}${fifo ? '.fifo' : ''}`;
  const attributes = fifo ? { FifoTopic: 'true' } : {};
  const { TopicArn = '' } = await sns.send(new CreateTopicCommand({ Name: name, Attributes: attributes }));
  const { QueueUrl = '' } = await sqs.send(
    new CreateQueueCommand({ QueueName: name, Attributes: fifo ? { FifoQueue: 'true' } : {} }),
  );
  const found = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }));
  await sns.send(
    new SubscribeCommand({
      TopicArn,
      Protocol: 'sqs',
      Endpoint: found.Attributes?.['QueueArn'],
      Attributes: {
        RawMessageDelivery: 'true',
        ...(filter && { FilterPolicy: JSON.stringify(filter) }),
      },
    }),
  );

  return {
    arn: TopicArn,

    /** Everything heard since the last time, in the order it came. */
    async heard(): Promise<Heard[]> {
      const all: Heard[] = [];
      for (;;) {
        const { Messages = [] } = await sqs.send(
          new ReceiveMessageCommand({
            QueueUrl,
            MaxNumberOfMessages: 10,
            MessageAttributeNames: ['All'],
            MessageSystemAttributeNames: ['All'],
          }),
        );
        if (Messages.length === 0) return all;
        for (const { Body = '', MessageAttributes = {}, Attributes = {} } of Messages)
          all.push({
            event: JSON.parse(Body) as MatchmakingEvent,
            attributes: Object.fromEntries(
              Object.entries(MessageAttributes).map(([key, it]) => [key, it.StringValue]),
            ),
            group: Attributes['MessageGroupId'],
            deduplicationId: Attributes['MessageDeduplicationId'],
          });
        const Entries = Messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
        await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
      }
    },

    async [Symbol.asyncDispose]() {
      await sns.send(new DeleteTopicCommand({ TopicArn }));
      await sqs.send(new DeleteQueueCommand({ QueueUrl }));
      sns.destroy();
      sqs.destroy();
    },
  };
}
