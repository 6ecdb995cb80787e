import { z } from 'zod';
import { Fault } from '../fault.ts';
import { nameOrArn } from '../names.ts';
import { defineOperation } from '../operation.ts';
import { nextToken, pageMembers } from '../pages.ts';
import { toWireRuleSet } from '../settings.ts';

const input = z.object({
  ...pageMembers,
  Names: z.array(nameOrArn('rule-set')).max(10, 'at most 10 names').optional(),
});

/** Each name that is asked for has to exist. */
export const describeMatchmakingRuleSets = defineOperation(
  'DescribeMatchmakingRuleSets',
  'describeSettings',
  input,
  async ({ Names = [], Limit, NextToken }, { client, options, origin }) => {
    const names = [...new Set(Names)];
    const page = await client.describeSettings(
      {
        kind: 'rule-set',
        ...(names.length > 0 && { names }),
        ...(Limit !== undefined && { limit: Limit }),
        ...(NextToken !== undefined && { after: NextToken }),
      },
      options,
    );
    const missing = names.find((name) => !page.settings.some((it) => it.name === name));
    if (missing !== undefined) throw new Fault('NotFoundException', `There is no rule set ${missing}`);
    return { RuleSets: page.settings.map((it) => toWireRuleSet(it, origin)), NextToken: nextToken(page) };
  },
);
