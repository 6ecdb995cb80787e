import type { GameLiftClient, MatchmakingConfiguration, MatchmakingRuleSet } from '@aws-sdk/client-gamelift';
import { Command } from 'commander';
import type { z } from 'zod';
import type { configuration } from '../../jobs/configuration/configuration.ts';
import type { FleetClient } from '../client.ts';
import { RequestError } from '../request-error.ts';
import { show, withClient } from './terminal.ts';

interface Options {
  readonly region: string;
  readonly endpointUrl?: string;
}

/** What became of a rule set or a configuration of the account. */
interface Imported {
  readonly kind: 'rule set' | 'configuration';
  readonly name: string;
  /** The version it has here; absent where it was refused. */
  readonly version?: number;
  /** What has no meaning here and was left out, or why it was refused. */
  readonly remarks: readonly string[];
}

export function importCommands(): Command {
  const command = new Command('import').description('bring settings from elsewhere');
  command
    .command('gamelift')
    .description(
      'put the rule sets and configurations of a GameLift account here; credentials as any AWS SDK finds them',
    )
    .requiredOption('--region <region>', 'where they are')
    .option('--endpoint-url <url>', 'default: GameLift in that region')
    .action((options: Options, self: Command) =>
      withClient(self, async (client) => {
        const imported = await importGameLift(client, options);
        const rows = imported.map(({ remarks, version, ...it }) => ({
          ...it,
          version: version ?? 'refused',
          remarks: remarks.join('; '),
        }));
        show(self, imported, rows);
        const refused = imported.filter((it) => it.version === undefined).length;
        if (refused > 0) throw new RequestError('refused', `${refused} of ${imported.length} were refused`);
      }),
    );
  return command;
}

async function importGameLift(client: FleetClient, { region, endpointUrl }: Options): Promise<Imported[]> {
  const { GameLiftClient, paginateDescribeMatchmakingConfigurations, paginateDescribeMatchmakingRuleSets } =
    await import('@aws-sdk/client-gamelift');
  const account: GameLiftClient = new GameLiftClient({
    region,
    ...(endpointUrl !== undefined && { endpoint: endpointUrl }),
  });
  const imported: Imported[] = [];
  try {
    for await (const page of paginateDescribeMatchmakingRuleSets({ client: account }, {}))
      for (const ruleSet of page.RuleSets ?? []) imported.push(await putRuleSet(client, ruleSet));
    for await (const page of paginateDescribeMatchmakingConfigurations({ client: account }, {}))
      for (const one of page.Configurations ?? []) imported.push(await putConfiguration(client, one));
  } finally {
    account.destroy();
  }
  return imported;
}

async function putRuleSet(
  client: FleetClient,
  { RuleSetName: name = '', RuleSetBody: body = '' }: MatchmakingRuleSet,
): Promise<Imported> {
  return attempt('rule set', name, [], async () => {
    const { version, warnings } = await client.putRuleSet({ name, body });
    return { version, remarks: warnings.map((it) => `${it.path}: ${it.message}`) };
  });
}

async function putConfiguration(client: FleetClient, from: MatchmakingConfiguration): Promise<Imported> {
  const { settings, dropped } = ourSettings(from);
  return attempt('configuration', settings.name, dropped, async () => ({
    ...(await client.putConfiguration(settings)),
    remarks: [],
  }));
}

async function attempt(
  kind: Imported['kind'],
  name: string,
  dropped: readonly string[],
  put: () => Promise<{ version: number; remarks: readonly string[] }>,
): Promise<Imported> {
  try {
    const { version, remarks } = await put();
    return { kind, name, version, remarks: [...dropped, ...remarks] };
  } catch (error) {
    if (!(error instanceof RequestError) || error.code === 'unavailable') throw error;
    return { kind, name, remarks: [...dropped, error.message] };
  }
}

type Settings = z.input<typeof configuration>;

/** A configuration in our names, without what only GameLift's hosting gives a meaning. */
function ourSettings(from: MatchmakingConfiguration): { settings: Settings; dropped: string[] } {
  const dropped: string[] = [];
  const without = (isThere: boolean, remark: string) => {
    if (isThere) dropped.push(remark);
  };
  without(from.FlexMatchMode === 'WITH_QUEUE', 'FlexMatchMode: WITH_QUEUE became STANDALONE');
  without((from.GameSessionQueueArns ?? []).length > 0, 'GameSessionQueueArns: nothing is hosted here');
  without(
    (from.AdditionalPlayerCount ?? 0) > 0,
    `AdditionalPlayerCount: ${from.AdditionalPlayerCount} places are not kept free; ask for fewer players in the rule set`,
  );
  without((from.GameProperties ?? []).length > 0, 'GameProperties: go to a placement webhook; set one first');
  without(Boolean(from.GameSessionData), 'GameSessionData: goes to a placement webhook; set one first');
  const settings: Settings = {
    name: from.Name ?? '',
    ruleSetName: from.RuleSetName ?? '',
    requestTimeoutSeconds: from.RequestTimeoutSeconds ?? 0,
    acceptanceRequired: from.AcceptanceRequired ?? false,
    ...(from.AcceptanceRequired && { acceptanceTimeoutSeconds: from.AcceptanceTimeoutSeconds }),
    ...(from.Description && { description: from.Description }),
    ...(from.CustomEventData && { customEventData: from.CustomEventData }),
    ...(from.NotificationTarget && { notificationTarget: from.NotificationTarget }),
    ...(from.BackfillMode && { backfillMode: from.BackfillMode }),
  };
  return { settings, dropped };
}
