import { z } from 'zod';
import { configurationArn, type EventOrigin } from '../../../jobs/event/event.ts';
import { resourceName } from '../../../jobs/ids.ts';
import type { SettingKind } from '../../../jobs/maintenance/change-settings.ts';

const types = { 'rule-set': 'matchmakingruleset', configuration: 'matchmakingconfiguration' } as const;

/** The kind and name that an ARN of GameLift is for, whatever partition, region and account it says. */
export function readArn(arn: string): { readonly kind: SettingKind; readonly name: string } | undefined {
  const [, type, name] =
    /^arn:[^:]*:gamelift:[^:]*:[^:]*:(matchmakingruleset|matchmakingconfiguration)\/([a-zA-Z0-9.-]{1,128})$/.exec(
      arn,
    ) ?? [];
  if (!name) return undefined;
  return { kind: type === types['rule-set'] ? 'rule-set' : 'configuration', name };
}

/** A name, or an ARN of this kind of resource: the name. */
export const nameOrArn = (kind: SettingKind) =>
  z
    .string()
    .min(1)
    .max(256)
    .transform((text, context) => {
      if (!text.startsWith('arn:')) return text;
      const read = readArn(text);
      if (read?.kind === kind) return read.name;
      context.addIssue({ code: 'custom', message: `must be a name, or the ARN of a ${types[kind]}` });
      return z.NEVER;
    })
    .pipe(resourceName);

export const arnOf = (kind: SettingKind, name: string, origin: EventOrigin): string =>
  kind === 'configuration'
    ? configurationArn(origin, name)
    : `arn:aws:gamelift:${origin.region}:${origin.account}:${types['rule-set']}/${name}`;
