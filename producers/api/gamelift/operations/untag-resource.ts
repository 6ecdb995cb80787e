import { z } from 'zod';
import { defineOperation } from '../operation.ts';
import { changed } from '../settings.ts';
import { resourceArn } from '../tagged.ts';

const input = z.object({
  ResourceARN: resourceArn,
  TagKeys: z.array(z.string().min(1).max(128)).max(200),
});

export const untagResource = defineOperation(
  'UntagResource',
  'changeSettings',
  input,
  async ({ ResourceARN: { kind, name }, TagKeys }, { client, options }) => {
    changed(await client.changeSettings({ change: 'tag', kind, name, remove: TagKeys }, options));
    return {};
  },
);
