import { z } from 'zod';
import { ourTags, tagList } from '../configuration-input.ts';
import { defineOperation } from '../operation.ts';
import { changed } from '../settings.ts';
import { resourceArn } from '../tagged.ts';

export const tagResource = defineOperation(
  'TagResource',
  'changeSettings',
  z.object({ ResourceARN: resourceArn, Tags: tagList }),
  async ({ ResourceARN: { kind, name }, Tags }, { client, options }) => {
    changed(await client.changeSettings({ change: 'tag', kind, name, set: ourTags(Tags) ?? [] }, options));
    return {};
  },
);
