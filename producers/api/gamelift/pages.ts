import { z } from 'zod';
import type { SettingsPage } from '../../../jobs/maintenance/change-settings.ts';

/** Most that one page holds, whatever `Limit` says. */
const most = 10;

const name = /^[a-zA-Z0-9.-]{1,128}$/;

/**
 * Members by which a list is asked for page by page. The token is the last name of the page before, and
 * nobody's business.
 */
export const pageMembers = {
  Limit: z
    .int()
    .min(1)
    .transform((it) => Math.min(it, most))
    .optional(),
  NextToken: z
    .string()
    .max(1024)
    .transform((token, context) => {
      const after = Buffer.from(token, 'base64url').toString();
      if (name.test(after)) return after;
      context.addIssue({ code: 'custom', message: 'is no token of an earlier page' });
      return z.NEVER;
    })
    .optional(),
} as const;

export const nextToken = ({ more, settings }: SettingsPage): string | undefined =>
  more ? Buffer.from(settings.at(-1)?.name ?? '').toString('base64url') : undefined;
