import type { Configuration } from '../../../jobs/configuration/configuration.ts';
import type { EventOrigin } from '../../../jobs/event/event.ts';
import type { DescribedSetting, SettingsVerdict, Tag } from '../../../jobs/maintenance/change-settings.ts';
import { Fault, type FaultName } from './fault.ts';
import { arnOf } from './names.ts';

const faults = {
  exists: 'InvalidRequestException',
  missing: 'NotFoundException',
  'no-rule-set': 'NotFoundException',
  'in-use': 'InvalidRequestException',
  'other-version': 'InvalidRequestException',
  'too-many-tags': 'TaggingFailedException',
} as const satisfies Record<string, FaultName>;

/** The setting after a change; throws a Fault where nothing changed. */
export function changed(verdict: SettingsVerdict): DescribedSetting | undefined {
  if ('problem' in verdict) throw new Fault(faults[verdict.problem], verdict.reason);
  return verdict.setting;
}

/** The setting after a change that leaves one. */
export function existing(verdict: SettingsVerdict): DescribedSetting {
  const setting = changed(verdict);
  if (!setting) throw new Fault('NotFoundException', 'It was deleted meanwhile.');
  return setting;
}

export const toWireRuleSet = ({ name, body, createdAt }: DescribedSetting, origin: EventOrigin) => ({
  RuleSetName: name,
  RuleSetArn: arnOf('rule-set', name, origin),
  RuleSetBody: body,
  CreationTime: new Date(createdAt),
});

export const toWireTags = (tags: readonly Tag[]) =>
  tags.map(({ key, value }) => ({ Key: key, Value: value }));

export function toWireConfiguration({ body, createdAt }: DescribedSetting, origin: EventOrigin) {
  const it = JSON.parse(body) as Configuration;
  return {
    Name: it.name,
    ConfigurationArn: arnOf('configuration', it.name, origin),
    Description: it.description,
    RequestTimeoutSeconds: it.requestTimeoutSeconds,
    AcceptanceTimeoutSeconds: it.acceptanceTimeoutSeconds,
    AcceptanceRequired: it.acceptanceRequired,
    RuleSetName: it.ruleSetName,
    RuleSetArn: arnOf('rule-set', it.ruleSetName, origin),
    NotificationTarget: it.notificationTarget,
    CustomEventData: it.customEventData,
    CreationTime: new Date(createdAt),
    GameProperties: it.gameProperties?.map(({ key, value }) => ({ Key: key, Value: value })),
    GameSessionData: it.gameSessionData,
    BackfillMode: it.backfillMode,
    FlexMatchMode: it.flexMatchMode,
  };
}
