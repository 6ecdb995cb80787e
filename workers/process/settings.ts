import type { DutySettings } from '../runtime/handler.ts';
import type { WorkerConfig } from './config.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export const readableMs = (config: WorkerConfig): number => config.TICKET_READABLE_MINUTES * 60_000;

export const dutySettings = (config: WorkerConfig): DutySettings => ({
  reportSlotMs: config.REPORT_SLOT_MS,
  matchTtlMs: config.MATCH_TTL_MINUTES * 60_000,
  fleetTopic: config.EVENT_TOPIC_ARN,
  retention: {
    retentionMs: config.EVENT_RETENTION_HOURS * 3_600_000,
    mostBytes: config.EVENT_RETENTION_MIB * 1024 * 1024,
  },
  ended: {
    days: config.TICKET_RECORD_DAYS,
    auditDays: config.AUDIT_DAYS,
    readableMs: readableMs(config),
  },
});

/** `env` has the keys of placement webhooks. */
export const placementSettings = (config: WorkerConfig, env: Environment) => ({
  hosts: config.PLACEMENT_HOSTS,
  secretOf: (name: string) => env[name],
  origin: { account: config.AWS_ACCOUNT_ID, region: config.AWS_REGION },
});
