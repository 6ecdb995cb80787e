import { z } from 'zod';
import { nameOrArn } from '../names.ts';
import { defineOperation } from '../operation.ts';
import { nextToken, pageMembers } from '../pages.ts';
import { toWireConfiguration } from '../settings.ts';

const input = z.object({
  ...pageMembers,
  Names: z.array(nameOrArn('configuration')).max(100, 'at most 100 names').optional(),
  RuleSetName: nameOrArn('rule-set').optional(),
});

/** Names that do not exist are left out. */
export const describeMatchmakingConfigurations = defineOperation(
  'DescribeMatchmakingConfigurations',
  'describeSettings',
  input,
  async ({ Names = [], RuleSetName, Limit, NextToken }, { client, options, origin }) => {
    const page = await client.describeSettings(
      {
        kind: 'configuration',
        ...(Names.length > 0 && { names: [...new Set(Names)] }),
        ...(RuleSetName !== undefined && { ruleSetName: RuleSetName }),
        ...(Limit !== undefined && { limit: Limit }),
        ...(NextToken !== undefined && { after: NextToken }),
      },
      options,
    );
    return {
      Configurations: page.settings.map((it) => toWireConfiguration(it, origin)),
      NextToken: nextToken(page),
    };
  },
);
