import { z } from 'zod';
import { Fault } from '../fault.ts';
import { defineOperation } from '../operation.ts';
import { toWireTags } from '../settings.ts';
import { resourceArn } from '../tagged.ts';

export const listTagsForResource = defineOperation(
  'ListTagsForResource',
  'describeSettings',
  z.object({ ResourceARN: resourceArn }),
  async ({ ResourceARN: { kind, name } }, { client, options }) => {
    const [setting] = (await client.describeSettings({ kind, names: [name] }, options)).settings;
    if (!setting) throw new Fault('NotFoundException', `ResourceARN: there is no ${kind} ${name}`);
    return { Tags: toWireTags(setting.tags) };
  },
);
