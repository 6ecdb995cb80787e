import { z } from 'zod';
import { nameOrArn } from '../names.ts';
import { defineOperation } from '../operation.ts';
import { changed } from '../settings.ts';

export const deleteMatchmakingConfiguration = defineOperation(
  'DeleteMatchmakingConfiguration',
  'changeSettings',
  z.object({ Name: nameOrArn('configuration') }),
  async ({ Name: name }, { client, options }) => {
    changed(await client.changeSettings({ change: 'delete', kind: 'configuration', name }, options));
    return {};
  },
);
