import { z } from 'zod';
import { nameOrArn } from '../names.ts';
import { defineOperation } from '../operation.ts';
import { changed } from '../settings.ts';

export const deleteMatchmakingRuleSet = defineOperation(
  'DeleteMatchmakingRuleSet',
  'changeSettings',
  z.object({ Name: nameOrArn('rule-set') }),
  async ({ Name: name }, { client, options }) => {
    changed(await client.changeSettings({ change: 'delete', kind: 'rule-set', name }, options));
    return {};
  },
);
