import {
  AcceptMatchCommand,
  CreateMatchmakingConfigurationCommand,
  CreateMatchmakingRuleSetCommand,
  DeleteMatchmakingConfigurationCommand,
  DeleteMatchmakingRuleSetCommand,
  DescribeMatchmakingCommand,
  DescribeMatchmakingConfigurationsCommand,
  DescribeMatchmakingRuleSetsCommand,
  type GameLiftClient,
  ListTagsForResourceCommand,
  StartMatchBackfillCommand,
  StartMatchmakingCommand,
  StopMatchmakingCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateMatchmakingConfigurationCommand,
  ValidateMatchmakingRuleSetCommand,
} from '@aws-sdk/client-gamelift';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type ApiProcess, makeKey } from '../support/api-process.ts';
import { duelRuleSet } from '../support/builders.ts';
import { type Fleet, openFleet } from '../support/fleet.ts';
import { gameLiftClients } from '../support/gamelift-clients.ts';
import { openApi } from '../support/open-api.ts';
import { keysSecret } from '../support/operator.ts';

/** One fleet, one worker and one API for all tests; each has settings and players of its own. */
let fleet: Fleet;
let api: ApiProcess;
let everything: { name: string; secret: string };
beforeAll(async () => {
  fleet = await openFleet();
  await fleet.startWorker({ API_KEYS_SECRET: keysSecret });
  everything = await makeKey(fleet.client, 'studio', ['matchmake', 'configure', 'read']);
  api = await openApi(fleet);
});
afterAll(async () => {
  await api[Symbol.asyncDispose]();
  await fleet[Symbol.asyncDispose]();
});

const eventually = { timeout: 15_000, interval: 50 };

/** A game backend with one of the SDK's protocols, on settings called after it. */
function backend(client: GameLiftClient, name: string) {
  const player = (id: string, skill = 10, more = {}) => ({
    PlayerId: `${name}-${id}`,
    PlayerAttributes: { skill: { N: skill } },
    ...more,
  });
  const describe = async (id: string) =>
    (await client.send(new DescribeMatchmakingCommand({ TicketIds: [id] }))).TicketList?.[0];
  return {
    player,
    describe,
    install: async (more = {}) => {
      await client.send(new CreateMatchmakingRuleSetCommand({ Name: name, RuleSetBody: duelRuleSet }));
      return client.send(
        new CreateMatchmakingConfigurationCommand({
          ...{ Name: name, RuleSetName: name, RequestTimeoutSeconds: 60, AcceptanceRequired: false },
          ...{ FlexMatchMode: 'STANDALONE', GameSessionQueueArns: [], AdditionalPlayerCount: 0 },
          ...more,
        }),
      );
    },
    start: (id: string, more = {}) =>
      client.send(
        new StartMatchmakingCommand({
          TicketId: `${name}-t-${id}`,
          ConfigurationName: name,
          Players: [player(id)],
          ...more,
        }),
      ),
    becomes: (id: string, status: string) =>
      vi.waitFor(async () => {
        const ticket = await describe(`${name}-t-${id}`);
        expect(ticket?.Status).toBe(status);
        return ticket;
      }, eventually),
  };
}

describe.each(Object.entries(gameLiftClients))('an unmodified AWS SDK in %s', (protocol, open) => {
  let client: GameLiftClient;
  beforeAll(() => {
    client = open(api.url, everything);
  });
  afterAll(() => client.destroy());
  const named = (name: string) => `${protocol}.${name}`;

  test('a journey: settings, start, accept, completed with teams, backfill, stop (invariants 1, 11)', async () => {
    const name = named('journey');
    const { install, start, becomes, describe: ticketOf, player } = backend(client, name);
    const created = await install({
      AcceptanceRequired: true,
      AcceptanceTimeoutSeconds: 30,
      CustomEventData: 'x',
      Tags: [{ Key: 'team', Value: 'blue' }],
    });
    expect(created.Configuration).toMatchObject({
      Name: name,
      ConfigurationArn: `arn:aws:gamelift:us-east-1:000000000000:matchmakingconfiguration/${name}`,
      RuleSetName: name,
      AcceptanceRequired: true,
      AcceptanceTimeoutSeconds: 30,
      CustomEventData: 'x',
      FlexMatchMode: 'STANDALONE',
      CreationTime: expect.any(Date),
    });

    const { MatchmakingTicket: started } = await start('ann', {
      ConfigurationName: created.Configuration?.ConfigurationArn,
    });
    expect(started).toMatchObject({
      TicketId: `${name}-t-ann`,
      Status: 'QUEUED',
      ConfigurationName: name,
      Players: [player('ann')],
    });
    expect(Math.abs(Number(started?.StartTime) - Date.now())).toBeLessThan(60_000);
    expect((await becomes('ann', 'SEARCHING'))?.Players).toEqual([player('ann')]);
    await start('bob');
    await becomes('ann', 'REQUIRES_ACCEPTANCE');
    for (const id of ['ann', 'bob'])
      await client.send(
        new AcceptMatchCommand({
          TicketId: `${name}-t-${id}`,
          PlayerIds: [`${name}-${id}`],
          AcceptanceType: 'ACCEPT',
        }),
      );
    const completed = await becomes('ann', 'COMPLETED');
    expect(completed?.EndTime).toBeInstanceOf(Date);
    expect(completed?.Players?.[0]?.Team).toMatch(/^side_[12]$/);
    // A client that repeats an acceptance after it has counted is told so.
    await client.send(
      new AcceptMatchCommand({
        TicketId: `${name}-t-ann`,
        PlayerIds: [`${name}-ann`],
        AcceptanceType: 'ACCEPT',
      }),
    );

    await expect(
      client.send(new StopMatchmakingCommand({ TicketId: `${name}-t-ann` })),
    ).rejects.toMatchObject({
      name: 'InvalidRequestException',
      message: 'Matchmaking ticket is in COMPLETED status and cannot be canceled.',
    });
    const backfilled = await client.send(
      new StartMatchBackfillCommand({
        ConfigurationName: name,
        TicketId: `${name}-t-fill`,
        Players: [player('ann', 10, { Team: completed?.Players?.[0]?.Team })],
      }),
    );
    expect(backfilled.MatchmakingTicket).toMatchObject({ TicketId: `${name}-t-fill`, Status: 'QUEUED' });
    expect((await ticketOf(`${name}-t-fill`))?.Status).toBe('SEARCHING');
    await client.send(new StopMatchmakingCommand({ TicketId: `${name}-t-fill` }));
    expect(await ticketOf(`${name}-t-fill`)).toMatchObject({
      Status: 'CANCELLED',
      EndTime: expect.any(Date),
    });
  });

  test('all kinds of attributes and latency come back as they were sent', async () => {
    const name = named('attributes');
    const { install, start, describe: ticketOf } = backend(client, name);
    await install();
    const Players = [
      {
        PlayerId: `${name}-zoë`,
        PlayerAttributes: {
          skill: { N: 10.5 },
          mode: { S: 'coop' },
          maps: { SL: ['a', 'b'] },
          roles: { SDM: { tank: 1, healer: 0.25 } },
          constructor: { S: 'a name like any other' },
        },
        LatencyInMs: { 'eu-west-1': 50 },
      },
    ];
    await start('zoe', { Players });

    expect((await ticketOf(`${name}-t-zoe`))?.Players).toEqual(Players);
  });

  test('configurations and rule sets are made once, changed, listed by pages, tagged, and deleted when unused', async () => {
    const name = named('settings');
    const { install, start } = backend(client, name);
    const { Configuration } = await install();
    const arn = Configuration?.ConfigurationArn;

    await expect(install()).rejects.toMatchObject({
      name: 'InvalidRequestException',
      message: `Rule set ${name} already exists`,
    });
    const update = new UpdateMatchmakingConfigurationCommand({ Name: name, Description: 'for duels' });
    expect((await client.send(update)).Configuration).toMatchObject({
      Description: 'for duels',
      RequestTimeoutSeconds: 60,
      CreationTime: Configuration?.CreationTime,
    });
    const cleared = new UpdateMatchmakingConfigurationCommand({
      Name: arn,
      Description: '',
      AcceptanceRequired: false,
    });
    expect((await client.send(cleared)).Configuration?.Description).toBeUndefined();

    for (let n = 0; n < 3; n++)
      await client.send(
        new CreateMatchmakingRuleSetCommand({ Name: `${name}-${n}`, RuleSetBody: duelRuleSet }),
      );
    const names: (string | undefined)[] = [];
    let NextToken: string | undefined;
    do {
      const page = await client.send(new DescribeMatchmakingRuleSetsCommand({ Limit: 2, NextToken }));
      expect(page.RuleSets?.length).toBeLessThanOrEqual(2);
      names.push(...(page.RuleSets ?? []).map((it) => it.RuleSetName));
      NextToken = page.NextToken;
    } while (NextToken !== undefined);
    expect(names).toEqual([...names].sort());
    expect(names).toEqual(expect.arrayContaining([name, `${name}-0`, `${name}-1`, `${name}-2`]));
    const one = await client.send(new DescribeMatchmakingRuleSetsCommand({ Names: [`${name}-0`] }));
    expect(one.RuleSets).toMatchObject([{ RuleSetBody: duelRuleSet, CreationTime: expect.any(Date) }]);
    const listed = await client.send(new DescribeMatchmakingConfigurationsCommand({ RuleSetName: name }));
    expect(listed.Configurations?.map((it) => it.Name)).toEqual([name]);
    const unknown = await client.send(new DescribeMatchmakingConfigurationsCommand({ Names: ['nowhere'] }));
    expect(unknown.Configurations).toEqual([]);

    const tags = async () => (await client.send(new ListTagsForResourceCommand({ ResourceARN: arn }))).Tags;
    expect(await tags()).toEqual([]);
    await client.send(
      new TagResourceCommand({
        ResourceARN: arn,
        Tags: [
          { Key: 'a', Value: '1' },
          { Key: 'b', Value: '' },
        ],
      }),
    );
    await client.send(new UntagResourceCommand({ ResourceARN: arn, TagKeys: ['a', 'never'] }));
    expect(await tags()).toEqual([{ Key: 'b', Value: '' }]);

    await expect(client.send(new DeleteMatchmakingRuleSetCommand({ Name: name }))).rejects.toMatchObject({
      name: 'InvalidRequestException',
      message: expect.stringContaining(`is used by ${name}`),
    });
    await start('busy');
    const remove = () => client.send(new DeleteMatchmakingConfigurationCommand({ Name: name }));
    await expect(remove()).rejects.toMatchObject({ message: expect.stringMatching(/tickets search in/) });
    await client.send(new StopMatchmakingCommand({ TicketId: `${name}-t-busy` }));
    await remove();
    await expect(remove()).rejects.toMatchObject({ name: 'NotFoundException' });
    await client.send(new DeleteMatchmakingRuleSetCommand({ Name: name }));
    await vi.waitFor(
      () => expect(start('late')).rejects.toMatchObject({ name: 'NotFoundException' }),
      eventually,
    );
    await install();
    expect(await tags()).toEqual([]);
  });

  test('a rule set is validated with every problem named', async () => {
    const validate = (RuleSetBody: string) =>
      client.send(new ValidateMatchmakingRuleSetCommand({ RuleSetBody }));

    expect((await validate(duelRuleSet)).Valid).toBe(true);
    await expect(validate('{"ruleLanguageVersion":"2.0"}')).rejects.toMatchObject({
      name: 'InvalidRequestException',
      message: expect.stringMatching(/^RuleSetBody: .*teams/),
    });
  });
});
