import { z } from 'zod';
import type { SettingKind } from '../../../jobs/maintenance/change-settings.ts';
import { readArn } from './names.ts';

/** The rule set or configuration that an ARN names. */
export const resourceArn = z
  .string()
  .min(1)
  .max(1011)
  .transform((arn, context): { kind: SettingKind; name: string } => {
    const resource = readArn(arn);
    if (resource) return resource;
    context.addIssue({
      code: 'custom',
      message: 'must be the ARN of a matchmakingconfiguration or a matchmakingruleset',
    });
    return z.NEVER;
  });
