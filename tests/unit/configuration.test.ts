import { describe, expect, test } from 'vitest';
import { configuration } from '../../jobs/matchmaking/configuration.ts';

const duel = { name: 'duel', ruleSetName: 'duel', requestTimeoutSeconds: 60 };
const problemsOf = (more: object) =>
  configuration.safeParse({ ...duel, ...more }).error?.issues.map((it) => `${it.path}: ${it.message}`);

describe('customEventData', () => {
  test('is any text of 1 to 256 characters that every store can keep', () => {
    expect(configuration.parse({ ...duel, customEventData: 'é'.repeat(256) })).toHaveProperty(
      'customEventData',
    );
    expect(problemsOf({ customEventData: 'x'.repeat(257) })).toEqual([
      'customEventData: at most 256 characters',
    ]);
    expect(problemsOf({ customEventData: 'a\0b' })).toHaveLength(1);
  });
});

describe('notificationTarget', () => {
  const topic = 'arn:aws:sns:eu-west-1:123456789012:matches';

  test.each([topic, `${topic}.fifo`, topic.replace('aws', 'aws-cn')])('%s is the ARN of a topic', (arn) => {
    expect(configuration.parse({ ...duel, notificationTarget: arn })).toHaveProperty('notificationTarget');
  });

  test.each(['matches', topic.replace('sns', 'sqs'), `${topic}.txt`, topic.replace('123456789012', '12')])(
    '%s is refused by name',
    (arn) => {
      expect(problemsOf({ notificationTarget: arn })).toEqual([
        'notificationTarget: must be the ARN of an SNS topic: arn:aws:sns:<region>:<account>:<name>',
      ]);
    },
  );
});
