import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type ApiProcess, makeKey } from '../support/api-process.ts';
import { type Driver, drivers, type Keys } from '../support/aws-clients/drivers.ts';
import { clientsFolder, clientsObstacle } from '../support/aws-clients/tree.ts';
import { duelRuleSet } from '../support/builders.ts';
import { type Fleet, openFleet } from '../support/fleet.ts';
import { openApi } from '../support/open-api.ts';
import { keysSecret } from '../support/operator.ts';

const obstacle = await clientsObstacle();
if (obstacle) console.warn(`SKIPPED: the AWS CLI, boto3 and Go's SDK are not tried: ${obstacle}`);

describe.skipIf(obstacle !== undefined)('unmodified clients of other languages', () => {
  let fleet: Fleet;
  let api: ApiProcess;
  let clients: string;
  let keys: Keys;
  beforeAll(async () => {
    clients = await clientsFolder();
    fleet = await openFleet();
    await fleet.startWorker({ API_KEYS_SECRET: keysSecret });
    const { name: id, secret } = await makeKey(fleet.client, 'studio', ['matchmake', 'configure', 'read']);
    const watcher = await makeKey(fleet.client, 'watcher', ['read']);
    keys = {
      studio: { id, secret },
      watcher: { id: watcher.name, secret: watcher.secret },
      stranger: { id: 'stranger', secret },
      forger: { id, secret: watcher.secret },
      guest: { id, secret, token: 'a session token' },
    };
    api = await openApi(fleet);
  }, 900_000);
  afterAll(async () => {
    await api?.[Symbol.asyncDispose]();
    await fleet?.[Symbol.asyncDispose]();
  });

  describe.each(Object.entries(drivers))('%s', (client, open) => {
    const name = client.replaceAll(/[^\w]+/g, '-');
    const id = (of: string) => `${name}.${of}`;
    let driver: Driver;
    beforeAll(async () => {
      driver = await open(clients, api.url, keys);
    }, 300_000);
    afterAll(() => driver?.[Symbol.asyncDispose]());

    const does = async (operation: string, input: object) => {
      const { output, error } = await driver.call(operation, input);
      expect(error, operation).toBeUndefined();
      return output;
    };
    const becomes = (ticket: string, Status: string) =>
      vi.waitFor(
        async () => {
          const { TicketList } = await does('DescribeMatchmaking', { TicketIds: [ticket] });
          expect(TicketList).toMatchObject([{ TicketId: ticket, Status }]);
          return TicketList[0];
        },
        { timeout: 30_000, interval: 50 },
      );
    const player = (PlayerId: string, more = {}) => ({
      PlayerId,
      PlayerAttributes: {
        skill: { N: 10.5 },
        mode: { S: 'coop' },
        maps: { SL: ['a', 'b'] },
        roles: { SDM: { tank: 1, healer: 0.25 } },
      },
      LatencyInMs: { 'eu-west-1': 50 },
      ...more,
    });

    test('a journey: settings, start, accept, completed, backfill, stop, deletion (invariants 1, 11)', {
      timeout: 300_000,
    }, async () => {
      await does('ValidateMatchmakingRuleSet', { RuleSetBody: duelRuleSet });
      await does('CreateMatchmakingRuleSet', { Name: name, RuleSetBody: duelRuleSet });
      const { Configuration } = await does('CreateMatchmakingConfiguration', {
        ...{ Name: name, RuleSetName: name, RequestTimeoutSeconds: 60, FlexMatchMode: 'STANDALONE' },
        ...{ AcceptanceRequired: true, AcceptanceTimeoutSeconds: 60 },
        Tags: [{ Key: 'team', Value: 'blue' }],
      });
      expect(Configuration).toMatchObject({ Name: name, AcceptanceTimeoutSeconds: 60 });
      expect(Math.abs(Date.parse(Configuration.CreationTime) - Date.now())).toBeLessThan(60_000);
      const tagged = { ResourceARN: Configuration.ConfigurationArn };
      expect(await does('ListTagsForResource', tagged)).toMatchObject({
        Tags: [{ Key: 'team', Value: 'blue' }],
      });
      await does('TagResource', { ...tagged, Tags: [{ Key: 'a', Value: '1' }] });
      await does('UntagResource', { ...tagged, TagKeys: ['team'] });
      const update = { Name: name, Description: 'for duels' };
      expect(await does('UpdateMatchmakingConfiguration', update)).toMatchObject({
        Configuration: { ...update, AcceptanceTimeoutSeconds: 60 },
      });
      const found = await does('DescribeMatchmakingConfigurations', { Names: [name] });
      expect(found.Configurations).toMatchObject([update]);
      const rules = await does('DescribeMatchmakingRuleSets', { Names: [name] });
      expect(rules.RuleSets).toMatchObject([{ RuleSetName: name, RuleSetBody: duelRuleSet }]);

      const [ann, bob] = [id('ann'), id('bob')];
      for (const TicketId of [ann, bob]) {
        const { MatchmakingTicket } = await does('StartMatchmaking', {
          ...{ TicketId, ConfigurationName: name, Players: [player(TicketId)] },
        });
        expect(MatchmakingTicket).toMatchObject({ TicketId, Status: 'QUEUED', Players: [player(TicketId)] });
        if (TicketId === ann) await becomes(ann, 'SEARCHING');
      }
      for (const TicketId of [ann, bob]) {
        await becomes(TicketId, 'REQUIRES_ACCEPTANCE');
        await does('AcceptMatch', { TicketId, PlayerIds: [TicketId], AcceptanceType: 'ACCEPT' });
      }
      const completed = await becomes(ann, 'COMPLETED');
      expect(Date.parse(completed.EndTime)).toBeGreaterThanOrEqual(Date.parse(completed.StartTime));
      const [{ Team }] = completed.Players;
      expect(Team).toMatch(/^side_[12]$/);

      const fill = id('fill');
      await does('StartMatchBackfill', {
        ...{ TicketId: fill, ConfigurationName: name, Players: [player(ann, { Team })] },
      });
      await becomes(fill, 'SEARCHING');
      const remove = ['DeleteMatchmakingConfiguration', { Name: name }] as const;
      expect((await driver.call(...remove)).error).toMatchObject({ Code: 'InvalidRequestException' });
      await does('StopMatchmaking', { TicketId: fill });
      await becomes(fill, 'CANCELLED');
      await does(...remove);
      await does('DeleteMatchmakingRuleSet', { Name: name });
    });

    test('every error has its name and its text', { timeout: 300_000 }, async () => {
      const rules = id('rules');
      await does('CreateMatchmakingRuleSet', { Name: rules, RuleSetBody: duelRuleSet });
      const settings = {
        Name: rules,
        RuleSetName: rules,
        RequestTimeoutSeconds: 60,
        AcceptanceRequired: false,
      };
      await does('CreateMatchmakingConfiguration', settings);
      const [ann, bob] = [id('early'), id('late')];
      for (const TicketId of [ann, bob])
        await does('StartMatchmaking', { TicketId, ConfigurationName: rules, Players: [player(TicketId)] });
      await becomes(ann, 'COMPLETED');
      const start = { ConfigurationName: rules, Players: [player(id('p'))] };
      const table: readonly [code: string, text: RegExp, operation: string, input: object, as?: string][] = [
        ['NotFoundException', /nowhere/, 'StartMatchmaking', { ...start, ConfigurationName: 'nowhere' }],
        ['InvalidRequestException', /used before/, 'StartMatchmaking', { ...start, TicketId: ann }],
        [
          'InvalidRequestException',
          /^Matchmaking ticket is in COMPLETED status and cannot be canceled\.$/,
          'StopMatchmaking',
          { TicketId: ann },
        ],
        ['NotFoundException', /no ticket nobody$/, 'StopMatchmaking', { TicketId: 'nobody' }],
        [
          'NotFoundException',
          /no ticket nobody$/,
          'AcceptMatch',
          { TicketId: 'nobody', PlayerIds: ['p'], AcceptanceType: 'ACCEPT' },
        ],
        [
          'InvalidRequestException',
          /at most 10 ticket ids/,
          'DescribeMatchmaking',
          { TicketIds: Array.from({ length: 11 }, (_, n) => `t${n}`) },
        ],
        [
          'NotFoundException',
          /match/,
          'StartMatchBackfill',
          { ConfigurationName: rules, Players: [player(id('idle'), { Team: 'side_1' })] },
        ],
        [
          'InvalidRequestException',
          /already exists$/,
          'CreateMatchmakingRuleSet',
          { Name: rules, RuleSetBody: duelRuleSet },
        ],
        ['InvalidRequestException', /already exists/, 'CreateMatchmakingConfiguration', settings],
        [
          'NotFoundException',
          /nowhere/,
          'CreateMatchmakingConfiguration',
          { ...settings, Name: id('new'), RuleSetName: 'nowhere' },
        ],
        [
          'InvalidRequestException',
          /GameSessionQueueArns/,
          'CreateMatchmakingConfiguration',
          {
            ...settings,
            Name: id('new'),
            GameSessionQueueArns: ['arn:aws:gamelift:eu-west-1::gamesessionqueue/q'],
          },
        ],
        [
          'NotFoundException',
          /nowhere/,
          'UpdateMatchmakingConfiguration',
          { Name: 'nowhere', Description: 'x' },
        ],
        ['NotFoundException', /nowhere/, 'DescribeMatchmakingRuleSets', { Names: ['nowhere'] }],
        ['InvalidRequestException', /NextToken/, 'DescribeMatchmakingConfigurations', { NextToken: '!!' }],
        ['InvalidRequestException', /is used by/, 'DeleteMatchmakingRuleSet', { Name: rules }],
        ['NotFoundException', /nowhere/, 'DeleteMatchmakingConfiguration', { Name: 'nowhere' }],
        ['InvalidRequestException', /^RuleSetBody: /, 'ValidateMatchmakingRuleSet', { RuleSetBody: '{}' }],
        [
          'InvalidRequestException',
          /ResourceARN/,
          'ListTagsForResource',
          { ResourceARN: 'arn:aws:s3:::bucket' },
        ],
        ['UnknownOperationException', /this API serves StartMatchmaking/, 'ListFleets', {}],
        ['AccessDeniedException', /needs the right matchmake/, 'StartMatchmaking', start, 'watcher'],
        ['UnrecognizedClientException', /stranger/, 'StartMatchmaking', start, 'stranger'],
        ['UnrecognizedClientException', /session token/, 'StartMatchmaking', start, 'guest'],
        ['InvalidSignatureException', /does not match/, 'StartMatchmaking', start, 'forger'],
      ];

      for (const [Code, text, operation, input, as] of table)
        expect
          .soft((await driver.call(operation, input, as)).error, `${operation} ${Code}`)
          .toMatchObject({ Code, Message: expect.stringMatching(text) });
    });
  });
});
