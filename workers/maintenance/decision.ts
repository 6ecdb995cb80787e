import type { CommandVerdict } from '../../jobs/commands.ts';
import type { KeptChanges } from '../../jobs/json-diff.ts';
import type { SettingsChange } from '../records/audit.ts';

/** The verdict on a command, and what is to be written for it. */
export interface Decision {
  readonly verdict: CommandVerdict;
  readonly change?: SettingsChange;
  /** What that changes, field by field. */
  readonly changes?: KeptChanges;
}

export const decided = (result: unknown, change?: SettingsChange, changes?: KeptChanges): Decision => ({
  verdict: { kind: 'done', result },
  ...(change && { change }),
  ...(changes && { changes }),
});

export const refuse = (reason: string): Decision => ({ verdict: { kind: 'refused', reason } });
