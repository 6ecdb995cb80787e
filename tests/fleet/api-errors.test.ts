import {
  AcceptMatchCommand,
  CreateMatchmakingConfigurationCommand,
  DescribeMatchmakingCommand,
  DescribeMatchmakingRuleSetsCommand,
  type GameLiftClient,
  ListFleetsCommand,
  ListTagsForResourceCommand,
  StartMatchBackfillCommand,
  StartMatchmakingCommand,
  StopMatchmakingCommand,
} from '@aws-sdk/client-gamelift';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type ApiProcess, makeKey } from '../support/api-process.ts';
import { type Fleet, openFleet } from '../support/fleet.ts';
import { gameLiftClients } from '../support/gamelift-clients.ts';
import { openApi } from '../support/open-api.ts';
import { keysSecret } from '../support/operator.ts';

let fleet: Fleet;
let api: ApiProcess;
let everything: { name: string; secret: string };
let watcher: { name: string; secret: string };
beforeAll(async () => {
  fleet = await openFleet();
  await fleet.startWorker({ API_KEYS_SECRET: keysSecret });
  everything = await makeKey(fleet.client, 'studio', ['matchmake', 'configure', 'read']);
  watcher = await makeKey(fleet.client, 'watcher', ['read']);
  api = await openApi(fleet);
});
afterAll(async () => {
  await api[Symbol.asyncDispose]();
  await fleet[Symbol.asyncDispose]();
});

describe.each(Object.entries(gameLiftClients))('errors as an AWS SDK in %s sees them', (protocol, open) => {
  let client: GameLiftClient;
  beforeAll(() => {
    client = open(api.url, everything);
  });
  afterAll(() => client.destroy());
  const named = (name: string) => `${protocol}.${name}`;

  test.each([
    [
      'an unknown configuration',
      'NotFoundException',
      (n: string) => new StartMatchmakingCommand({ ConfigurationName: n, Players: [{ PlayerId: 'p' }] }),
    ],
    [
      'an empty configuration name',
      'InvalidRequestException',
      () => new StartMatchmakingCommand({ ConfigurationName: '', Players: [{ PlayerId: 'p' }] }),
    ],
    [
      'a player without id',
      'InvalidRequestException',
      (n: string) => new StartMatchmakingCommand({ ConfigurationName: n, Players: [{}] }),
    ],
    [
      'a ticket that is not there, stopped',
      'NotFoundException',
      () => new StopMatchmakingCommand({ TicketId: 'nobody' }),
    ],
    [
      'a ticket that is not there, accepted',
      'NotFoundException',
      () => new AcceptMatchCommand({ TicketId: 'nobody', PlayerIds: ['p'], AcceptanceType: 'ACCEPT' }),
    ],
    [
      '11 ticket ids',
      'InvalidRequestException',
      () => new DescribeMatchmakingCommand({ TicketIds: Array.from({ length: 11 }, (_, n) => `t${n}`) }),
    ],
    [
      'a rule set that is not there',
      'NotFoundException',
      () => new DescribeMatchmakingRuleSetsCommand({ Names: ['nowhere'] }),
    ],
    [
      'a token of no page',
      'InvalidRequestException',
      () => new DescribeMatchmakingRuleSetsCommand({ NextToken: '!!' }),
    ],
    [
      'a configuration of no rule set',
      'NotFoundException',
      (n: string) =>
        new CreateMatchmakingConfigurationCommand({
          Name: n,
          RuleSetName: 'nowhere',
          RequestTimeoutSeconds: 1,
          AcceptanceRequired: false,
        }),
    ],
    [
      'a configuration with a queue',
      'InvalidRequestException',
      (n: string) =>
        new CreateMatchmakingConfigurationCommand({
          Name: n,
          RuleSetName: 'r',
          RequestTimeoutSeconds: 1,
          AcceptanceRequired: false,
          GameSessionQueueArns: ['arn'],
        }),
    ],
    [
      'game properties without placement',
      'InvalidRequestException',
      (n: string) =>
        new CreateMatchmakingConfigurationCommand({
          Name: n,
          RuleSetName: 'r',
          RequestTimeoutSeconds: 1,
          AcceptanceRequired: false,
          GameProperties: [{ Key: 'a', Value: 'b' }],
        }),
    ],
    [
      'acceptance without its time',
      'InvalidRequestException',
      (n: string) =>
        new CreateMatchmakingConfigurationCommand({
          Name: n,
          RuleSetName: 'r',
          RequestTimeoutSeconds: 1,
          AcceptanceRequired: true,
        }),
    ],
    [
      'backfill of players who play nowhere',
      'NotFoundException',
      (n: string) =>
        new StartMatchBackfillCommand({ ConfigurationName: n, Players: [{ PlayerId: 'p', Team: 'side_1' }] }),
    ],
    [
      'tags of another service',
      'InvalidRequestException',
      () => new ListTagsForResourceCommand({ ResourceARN: 'arn:aws:s3:::bucket' }),
    ],
    [
      'an operation of GameLift that is no FlexMatch',
      'UnknownOperationException',
      () => new ListFleetsCommand({}),
    ],
  ])('%s is answered with %s', async (_what, name, command) => {
    const sent = client.send(command(named('errors')) as StartMatchmakingCommand);

    await expect(sent).rejects.toMatchObject({
      name,
      message: expect.stringMatching(/\w{4}/),
      $fault: 'client',
    });
  });

  test('a key without the right is denied, by the name of the right; an unknown key and a wrong secret are told apart', async () => {
    const start = new StartMatchmakingCommand({ ConfigurationName: 'any', Players: [{ PlayerId: 'p' }] });
    const as = (key: { name: string; secret: string }) => open(api.url, key).send(start);

    await expect(as(watcher)).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: 'Key watcher is not allowed to StartMatchmaking: it needs the right matchmake.',
    });
    await expect(as({ ...everything, name: 'nobody' })).rejects.toMatchObject({
      name: 'UnrecognizedClientException',
    });
    await expect(as({ ...everything, secret: watcher.secret })).rejects.toMatchObject({
      name: 'InvalidSignatureException',
    });
  });

  test('a key that was revoked stops working within seconds', async () => {
    const name = `gone-${protocol}`;
    const key = await makeKey(fleet.client, name, ['read']);
    const ask = () => open(api.url, key).send(new DescribeMatchmakingRuleSetsCommand({}));
    await vi.waitFor(ask, { timeout: 15_000, interval: 100 });

    await makeKey(fleet.client, name, [], { generation: 2, state: 'revoked' });

    await vi.waitFor(() => expect(ask()).rejects.toMatchObject({ name: 'UnrecognizedClientException' }), {
      timeout: 15_000,
      interval: 100,
    });
  });
});
