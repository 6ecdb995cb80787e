import { z } from 'zod';
import { resourceName } from '../../../../jobs/ids.ts';
import { ourTags, tagList } from '../configuration-input.ts';
import { defineOperation } from '../operation.ts';
import { existing, toWireRuleSet } from '../settings.ts';
import { checkRuleSet } from './validate-matchmaking-rule-set.ts';

const input = z.object({
  Name: resourceName,
  RuleSetBody: z.string().min(1).max(65_535),
  Tags: tagList.optional(),
});

/** Rule sets are immutable on GameLift: a name that exists is refused, whatever the body. */
export const createMatchmakingRuleSet = defineOperation(
  'CreateMatchmakingRuleSet',
  'changeSettings',
  input,
  async ({ Name: name, RuleSetBody: body, Tags }, { client, options, origin }) => {
    checkRuleSet(body);
    const tags = ourTags(Tags);
    const verdict = await client.changeSettings(
      { change: 'create-rule-set', name, body, ...(tags && { tags }) },
      options,
    );
    return { RuleSet: toWireRuleSet(existing(verdict), origin) };
  },
);
