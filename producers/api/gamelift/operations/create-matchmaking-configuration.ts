import { z } from 'zod';
import { configuration } from '../../../../jobs/configuration/configuration.ts';
import { resourceName } from '../../../../jobs/ids.ts';
import { parse } from '../../../parse.ts';
import { configurationMembers, ourMembers, ourTags, tagList } from '../configuration-input.ts';
import { nameOrArn } from '../names.ts';
import { defineOperation } from '../operation.ts';
import { existing, toWireConfiguration } from '../settings.ts';

const input = z.object({
  ...configurationMembers,
  Name: resourceName,
  RequestTimeoutSeconds: z.int('is required').min(1).max(43_200),
  AcceptanceRequired: z.boolean('is required'),
  RuleSetName: nameOrArn('rule-set'),
  Tags: tagList.optional(),
});

export const createMatchmakingConfiguration = defineOperation(
  'CreateMatchmakingConfiguration',
  'changeSettings',
  input,
  async ({ Name, Tags, ...members }, { client, options, origin }) => {
    const given = Object.entries({ ...ourMembers(members), name: Name }).filter(
      ([, value]) => value !== null,
    );
    const wanted = parse(configuration, Object.fromEntries(given));
    const tags = ourTags(Tags);
    const verdict = await client.changeSettings(
      { change: 'create-configuration', configuration: wanted, ...(tags && { tags }) },
      options,
    );
    return { Configuration: toWireConfiguration(existing(verdict), origin) };
  },
);
