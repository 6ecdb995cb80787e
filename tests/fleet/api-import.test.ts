import {
  CreateMatchmakingConfigurationCommand,
  CreateMatchmakingRuleSetCommand,
} from '@aws-sdk/client-gamelift';
import { expect, test } from 'vitest';
import { makeKey } from '../support/api-process.ts';
import { duelRuleSet } from '../support/builders.ts';
import { openCli } from '../support/cli.ts';
import { openFleet } from '../support/fleet.ts';
import { gameLiftClients } from '../support/gamelift-clients.ts';
import { openApi } from '../support/open-api.ts';
import { keysSecret } from '../support/operator.ts';

test('rule sets and configurations of a GameLift account are put here, from its API', {
  timeout: 180_000,
}, async () => {
  await using account = await openFleet();
  await account.startWorker({ API_KEYS_SECRET: keysSecret });
  const key = await makeKey(account.client, 'studio', ['configure', 'read']);
  await using api = await openApi(account);
  const gameLift = gameLiftClients.JSON(api.url, key);
  for (let n = 0; n < 12; n++)
    await gameLift.send(
      new CreateMatchmakingRuleSetCommand({ Name: `rules-${n}`, RuleSetBody: duelRuleSet }),
    );
  await gameLift.send(
    new CreateMatchmakingConfigurationCommand({
      ...{ Name: 'duel', RuleSetName: 'rules-11', RequestTimeoutSeconds: 45, Description: 'd' },
      ...{ AcceptanceRequired: true, AcceptanceTimeoutSeconds: 20, BackfillMode: 'AUTOMATIC' },
    }),
  );
  await using here = await openFleet();
  await here.startWorker();

  const run = openCli(here.domain, '.', {
    AWS_ACCESS_KEY_ID: key.name,
    AWS_SECRET_ACCESS_KEY: key.secret,
  });
  const { code, out, err } = await run(
    ...['--json', 'import', 'gamelift', '--region', 'eu-west-1', '--endpoint-url', api.url],
  );

  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(JSON.parse(out)).toHaveLength(13);
  const [installed] = await here.client.listConfigurations();
  expect(installed).toMatchObject({
    configuration: {
      ...{ name: 'duel', ruleSetName: 'rules-11', requestTimeoutSeconds: 45, description: 'd' },
      ...{ acceptanceRequired: true, acceptanceTimeoutSeconds: 20, backfillMode: 'AUTOMATIC' },
    },
    ruleSet: { body: duelRuleSet },
  });
});
