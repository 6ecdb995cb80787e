import { z } from 'zod';
import { configurationMembers, ourMembers } from '../configuration-input.ts';
import { nameOrArn } from '../names.ts';
import { defineOperation } from '../operation.ts';
import { existing, toWireConfiguration } from '../settings.ts';

const input = z.object({ ...configurationMembers, Name: nameOrArn('configuration') });

/** Members that are given replace those that are there; all others stay, ours too. */
export const updateMatchmakingConfiguration = defineOperation(
  'UpdateMatchmakingConfiguration',
  'changeSettings',
  input,
  async ({ Name: name, ...members }, { client, options, origin }) => {
    const verdict = await client.changeSettings(
      { change: 'update-configuration', name, members: ourMembers(members) },
      options,
    );
    return { Configuration: toWireConfiguration(existing(verdict), origin) };
  },
);
