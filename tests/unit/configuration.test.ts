import { describe, expect, test } from 'vitest';
import { configuration, readInstalled } from '../../jobs/configuration/configuration.ts';
import { problemsOf } from '../../jobs/contract.ts';
import { flexMatchLimits, limits } from '../../jobs/ticket/limits.ts';
import { partyWithin } from '../../jobs/ticket/ticket.ts';
import { aConfiguration } from '../support/builders.ts';

const least = { name: 'duel', ruleSetName: 'duel', requestTimeoutSeconds: 60 };
const problems = (more: Record<string, unknown>) => {
  const parsed = configuration.safeParse({ ...least, ...more });
  return parsed.success ? [] : problemsOf(parsed.error);
};

describe("FlexMatch's properties", () => {
  test.each([
    [{ requestTimeoutSeconds: 43_200 }, { requestTimeoutSeconds: 43_201 }, /^requestTimeoutSeconds: .*43200/],
    [{ description: 'd'.repeat(1024) }, { description: 'd'.repeat(1025) }, /^description: .*1024/],
    [
      { acceptanceRequired: true, acceptanceTimeoutSeconds: 600 },
      { acceptanceRequired: true, acceptanceTimeoutSeconds: 601 },
      /^acceptanceTimeoutSeconds: .*600/,
    ],
    [{ flexMatchMode: 'STANDALONE' }, { flexMatchMode: 'WITH_QUEUE' }, /^flexMatchMode: .*GameLift hosting/],
  ])('%#: the largest value is accepted, the next one refused by name', (good, bad, message) => {
    expect(problems(good)).toEqual([]);
    expect(problems(bad)).toEqual([expect.stringMatching(message)]);
  });

  test.each([
    [{ gameSessionQueueArns: [] }, /^gameSessionQueueArns: .*GameLift hosting/],
    [{ additionalPlayerCount: 1 }, /^additionalPlayerCount: .*STANDALONE/],
    [{ configurationArn: 'arn:aws:gamelift:…' }, /^configurationArn: .*leave it out/],
    [{ creationTime: 1 }, /^creationTime: .*leave it out/],
  ])('%j has no meaning here and is refused by name, with the reason', (bad, message) => {
    expect(problems(bad)).toEqual([expect.stringMatching(message)]);
  });

  test('what FlexMatch accepts and this fleet has no use for is accepted', () => {
    expect(problems({ acceptanceRequired: false, acceptanceTimeoutSeconds: 20 })).toEqual([]);
    expect(problems({ additionalPlayerCount: 0, tags: [{ key: 'team', value: 'blue' }] })).toEqual([]);
    expect(problems({ tags: Array.from({ length: 201 }, () => ({ key: 'a', value: '' })) })).toEqual([
      expect.stringMatching(/^tags: /),
    ]);
  });

  test("the API's spelling is read as ours", () => {
    const ours = {
      ...least,
      acceptanceRequired: true,
      acceptanceTimeoutSeconds: 20,
      customEventData: 'x',
      placement: { kind: 'webhook', url: 'https://place.example.com' },
      gameProperties: [{ key: 'map', value: 'ice' }],
      tags: [{ key: 'team', value: 'blue' }],
    };
    const upper = (name: string) => `${name.slice(0, 1).toUpperCase()}${name.slice(1)}`;
    const spelled = (it: object) =>
      Object.fromEntries(Object.entries(it).map(([name, value]) => [upper(name), value]));
    const theirs = {
      ...spelled(ours),
      GameProperties: ours.gameProperties.map(spelled),
      Tags: ours.tags.map(spelled),
    };

    expect(configuration.parse(theirs)).toEqual(configuration.parse(ours));
    expect(problems({ Name: 'other' })).toEqual([expect.stringContaining('Name')]);
  });

  test('a property that nobody knows is refused by name', () => {
    expect(problems({ acceptanceTimeout: 3 })).toEqual([expect.stringContaining('acceptanceTimeout')]);
  });
});

test('a hold that outlasts the search is refused by name', () => {
  expect(problems({ minimumHoldSeconds: 59, minimumIntervalSeconds: 600 })).toEqual([]);
  expect(problems({ minimumHoldSeconds: 60 })).toEqual([
    expect.stringMatching(/^minimumHoldSeconds: must be below requestTimeoutSeconds \(60\)/),
  ]);
  expect(problems({ minimumIntervalSeconds: 601 })).toEqual([
    expect.stringMatching(/^minimumIntervalSeconds: .*600/),
  ]);
});

describe('placement', () => {
  const webhook = (more: object) => ({
    placement: { kind: 'webhook', url: 'https://place.example.com/matches', ...more },
  });

  test('is nobody by default; a webhook has defaults of its own', () => {
    expect(configuration.parse(least).placement).toEqual({ kind: 'none' });
    expect(configuration.parse({ ...least, ...webhook({}) }).placement).toEqual({
      kind: 'webhook',
      url: 'https://place.example.com/matches',
      secret: 'PLACEMENT_SECRET',
      timeoutMs: 2_000,
      deadlineSeconds: 300,
    });
    expect(problems(webhook({ url: 'http://127.0.0.1:8080/' }))).toEqual([]);
  });

  test.each([
    [{ url: 'http://place.example.com/' }, /^placement\.url: must be https/],
    [{ url: 'file:///etc/passwd' }, /^placement\.url: must be https/],
    [{ url: 'http://169.254.169.254/latest' }, /^placement\.url: must be https/],
    [{ url: 'http://localhost.example.com/' }, /^placement\.url: must be https/],
    [{ url: 'https://user:word@place.example.com/' }, /^placement\.url: .*login/],
    [{ url: 'place' }, /^placement\.url: must be an absolute URL/],
    [{ secret: 'DOCUMENTDB_PASSWORD' }, /^placement\.secret: .*PLACEMENT_SECRET/],
    [{ secret: 'k3y-in-the-clear' }, /^placement\.secret: .*name of an environment variable/],
    [{ timeoutMs: 2_001 }, /^placement\.timeoutMs: .*2000/],
    [{ deadlineSeconds: 3_601 }, /^placement\.deadlineSeconds: .*3600/],
  ])('a webhook with %j is refused by name', (more, message) => {
    expect(problems(webhook(more))).toEqual([expect.stringMatching(message)]);
  });

  test.each([
    ['gameProperties', [{ key: 'map', value: 'desert' }]],
    ['gameSessionData', 'ranked'],
  ])('%s goes to whoever places matches, and is refused where nobody does', (name, value) => {
    expect(problems({ ...webhook({}), [name]: value })).toEqual([]);
    expect(problems({ [name]: value })).toEqual([expect.stringMatching(`^${name}: .*webhook`)]);
  });
});

test('a configuration stored before a property was there has its default', () => {
  const { configuration: stored, ...rest } = aConfiguration();
  const { limits: _limits, order: _order, ...older } = stored;

  expect(readInstalled(JSON.stringify({ ...rest, configuration: older })).configuration).toEqual(stored);
});

describe('limits', () => {
  test("are FlexMatch's by default, and raised one by one", () => {
    expect(configuration.parse(least).limits).toEqual(flexMatchLimits);
    expect(configuration.parse({ ...least, limits: { pairsPerMap: 20 } }).limits).toEqual({
      ...flexMatchLimits,
      pairsPerMap: 20,
    });
  });

  test('below FlexMatch, or beyond the most of ours, are refused by name', () => {
    expect(problems({ limits: { playersPerTicket: 9 } })).toEqual([
      expect.stringMatching(/^limits\.playersPerTicket: .*10/),
    ]);
    expect(problems({ limits: { attributesPerPlayer: 101 } })).toEqual([
      expect.stringMatching(/^limits\.attributesPerPlayer: .*100/),
    ]);
  });

  const raised = limits.parse({
    playersPerTicket: 12,
    attributesPerPlayer: 11,
    stringLength: 101,
    stringsPerList: 101,
    pairsPerMap: 11,
  });
  const attributes = (number: number) =>
    Object.fromEntries(Array.from({ length: number }, (_, index) => [`a${index}`, { N: 1 }]));
  const player = (playerId: string, its = {}) => ({ playerId, attributes: its });

  test.each([
    [
      'players',
      (number: number) => Array.from({ length: number }, (_, index) => player(`p${index}`)),
      10,
      12,
      'players: at most',
    ],
    ['attributes', (number: number) => [player('p', attributes(number))], 10, 11, 'attributes: at most'],
    [
      'characters',
      (number: number) => [player('p', { a: { S: 'x'.repeat(number) } })],
      100,
      101,
      'attributes.a.S: at most',
    ],
    [
      'strings of a list',
      (number: number) => [player('p', { a: { SL: Array.from({ length: number }, () => 'x') } })],
      100,
      101,
      'attributes.a.SL: at most',
    ],
    [
      'pairs of a map',
      (number: number) => [
        player('p', {
          a: { SDM: Object.fromEntries(Array.from({ length: number }, (_, key) => [`k${key}`, 1])) },
        }),
      ],
      10,
      11,
      'attributes.a.SDM: at most',
    ],
  ])('of %s: the message names the field and the limit in force', (_what, players, standard, most, where) => {
    const said = (within: typeof raised, number: number) => {
      const parsed = partyWithin(within).safeParse(players(number));
      return parsed.success ? [] : problemsOf(parsed.error, 'players');
    };

    expect(said(flexMatchLimits, standard)).toEqual([]);
    expect(said(flexMatchLimits, standard + 1).join()).toContain(`${where} ${standard}`);
    expect(said(raised, most)).toEqual([]);
    expect(said(raised, most + 1).join()).toContain(`${where} ${most}`);
  });

  test('raised ones leave the bound on bytes as it is', () => {
    const big = limits.parse({ stringLength: 1_000, stringsPerList: 1_000 });
    const list = Array.from({ length: 100 }, () => 'x'.repeat(900));

    const parsed = partyWithin(big).safeParse([player('p', { a: { SL: list } })]);

    expect(parsed.success ? [] : problemsOf(parsed.error, 'players')).toEqual([
      'players: at most 65536 bytes of JSON in all',
    ]);
  });
});

describe('customEventData', () => {
  test('is any text of 1 to 256 characters that every store can keep', () => {
    expect(configuration.parse({ ...least, customEventData: 'é'.repeat(256) })).toHaveProperty(
      'customEventData',
    );
    expect(problems({ customEventData: 'x'.repeat(257) })).toEqual([
      'customEventData: at most 256 characters',
    ]);
    expect(problems({ customEventData: 'a\0b' })).toHaveLength(1);
  });
});

describe('notificationTarget', () => {
  const topic = 'arn:aws:sns:eu-west-1:123456789012:matches';

  test.each([topic, `${topic}.fifo`, topic.replace('aws', 'aws-cn')])('%s is the ARN of a topic', (arn) => {
    expect(configuration.parse({ ...least, notificationTarget: arn })).toHaveProperty('notificationTarget');
  });

  test.each(['matches', topic.replace('sns', 'sqs'), `${topic}.txt`, topic.replace('123456789012', '12')])(
    '%s is refused by name',
    (arn) => {
      expect(problems({ notificationTarget: arn })).toEqual([
        'notificationTarget: must be the ARN of an SNS topic: arn:aws:sns:<region>:<account>:<name>',
      ]);
    },
  );
});
