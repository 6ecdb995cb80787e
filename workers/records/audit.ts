import { randomUUID } from 'node:crypto';
import type { Db, Filter } from 'mongodb';
import { noId } from '../../jobs/chain.ts';
import type { CommandEnvelope, CommandVerdict } from '../../jobs/commands.ts';
import type { PoolSplit } from '../../jobs/configuration/pool-name.ts';
import { type QueueName, queueNames } from '../../jobs/contract.ts';
import type { FailedOne } from '../../jobs/failed-work.ts';
import type { KeptChanges } from '../../jobs/json-diff.ts';
import type { SettingKind } from '../../jobs/maintenance/change-settings.ts';
import { settingsChain } from '../../jobs/maintenance/setting-commands.ts';
import type { TagsOf } from './setting-tags.ts';
import { insertEach } from './write-each.ts';

/**
 * A document of `audit`: a command with what was decided on it. Of settings inserting it is the decision: of
 * one chain each has the next ordinal, so a worker that others have overtaken decides nothing. Of a ladder
 * its rater has decided.
 */
export interface AuditRecord {
  /** The command's id. */
  readonly _id: string;
  readonly chain: string;
  readonly ordinal: number;
  /** Positions in the chain on the queue Redis, before it and after it. */
  readonly from: string;
  readonly position: string;
  readonly kind: string;
  readonly target: string;
  readonly operator: string;
  readonly reason?: string | undefined;
  /** By the operator's clock. */
  readonly asked_at: Date;
  /** By the clock of the queue Redis. */
  readonly decided_at: Date;
  readonly verdict: CommandVerdict;
  /** What follows from it; absent where nothing does. */
  readonly change?: SettingsChange | undefined;
  /** What it changes, field by field, for people. */
  readonly changes?: KeptChanges | undefined;
}

/**
 * What was decided on a command that is in no chain of settings: here it is a chain of its own. `now`: ms
 * since 1970. `unproven`: nobody has signed it, so nobody is named, and its id may be that of somebody's
 * command that is still to come.
 */
export function recordAlone(
  { id, kind, target, operator, reason, at }: CommandEnvelope,
  verdict: CommandVerdict,
  { now, changes, unproven = false }: { now: number; changes?: KeptChanges | undefined; unproven?: boolean },
): AuditRecord {
  const _id = unproven ? randomUUID() : id;
  return {
    ...{ _id, chain: `alone: ${_id}`, ordinal: 0, from: noId, position: noId },
    ...{ kind, target, operator: unproven ? nobody : operator, reason },
    asked_at: new Date(at),
    decided_at: new Date(now),
    verdict,
    changes,
  };
}

/** Who the audit says gave a command that nobody has signed. */
export const nobody = '-';

/** Enough to write all that follows from a command, however often, without deciding again. */
export type SettingsChange =
  | {
      readonly kind: 'rule-set';
      readonly name: string;
      readonly version: number;
      /** Absent: the rule set is deleted. */
      readonly body?: string;
      readonly split?: readonly PoolSplit[];
      /** New versions of the configurations that run it; their settings are those of version `from`. */
      readonly users: readonly { readonly name: string; readonly version: number; readonly from: number }[];
    }
  | {
      readonly kind: 'configuration';
      readonly name: string;
      readonly version: number;
      /** Absent: the configuration is deleted. */
      readonly installed?: {
        /** JSON: names that are chosen in it must name no fields. */
        readonly configuration: string;
        readonly ruleSet: { readonly name: string; readonly version: number };
        readonly split: readonly PoolSplit[];
      };
    }
  | { readonly kind: 'pause'; readonly name: string; readonly since: number }
  | { readonly kind: 'resume'; readonly name: string }
  | { readonly kind: 'pause-queue' | 'resume-queue'; readonly name: QueueName }
  | { readonly kind: 'retry-jobs'; readonly name: QueueName; readonly jobs: readonly FailedOne[] }
  | ({ readonly kind: 'tags'; readonly of: SettingKind } & TagsOf);

/** What the audit is searched by; times in ms since 1970, of the decision. */
export interface AuditFilter {
  readonly target?: string | undefined;
  readonly operator?: string | undefined;
  readonly since?: number | undefined;
  readonly until?: number | undefined;
  readonly limit: number;
}

/** Kinds of commands after which it is known whether a configuration, or a queue, is paused. */
const decidingPause = ['pause-configuration', 'resume-configuration', 'delete-configuration'] as const;
const decidingQueue = ['pause-queue', 'resume-queue'] as const;

export type Audit = ReturnType<typeof openAudit>;

export function openAudit(db: Db) {
  const audit = db.collection<AuditRecord>('audit');

  /** Ordinals of the decisions that hold: of each target the last of these kinds. */
  const latestOf = async (kinds: readonly string[]): Promise<number[]> => {
    const latest = await audit
      .aggregate<{ ordinal: number }>([
        { $match: { kind: { $in: [...kinds] }, change: { $exists: true } } },
        { $group: { _id: '$target', ordinal: { $max: '$ordinal' } } },
      ])
      .toArray();
    return latest.map((it) => it.ordinal);
  };

  return {
    async find(commandId: string): Promise<AuditRecord | undefined> {
      return (await audit.findOne({ _id: commandId })) ?? undefined;
    },

    /** What was decided last in a chain. */
    async last(chain: string): Promise<AuditRecord | undefined> {
      return (await audit.find({ chain }).sort({ ordinal: -1 }).limit(1).toArray())[0];
    },

    /**
     * Decides, unless the command was decided on before or another command has the ordinal. A command that
     * the store refuses is decided as refused, with the reason.
     */
    async decide(record: AuditRecord): Promise<AuditRecord | 'overtaken'> {
      const { present, refused } = await insertEach(audit, [record]);
      if (present.size > 0) return 'overtaken';
      const reason = refused.get(0);
      if (reason === undefined) return record;
      const { change: _change, changes: _changes, ...rest } = record;
      const verdict = {
        kind: 'refused',
        reason: `DocumentDB refuses it: ${reason}`.slice(0, 1_000),
      } as const;
      const minimal = { ...rest, verdict };
      await audit.insertOne(minimal);
      return minimal;
    },

    /** Keeps a decision that was made elsewhere, such as in a ladder's chain; once. */
    async note(record: AuditRecord): Promise<void> {
      await insertEach(audit, [record]);
    },

    /** Since when each paused configuration is, ms. */
    async paused(): Promise<Map<string, number>> {
      const ordinals = await latestOf(decidingPause);
      const records = await audit.find({ chain: settingsChain, ordinal: { $in: ordinals } }).toArray();
      return new Map(
        records.flatMap(({ change }) => (change?.kind === 'pause' ? [[change.name, change.since]] : [])),
      );
    },

    /** The queues on which was decided, and whether each is paused. */
    async pausedQueues(): Promise<Map<QueueName, boolean>> {
      const latest = queueNames.map((name) =>
        audit
          .find({ target: name, kind: { $in: [...decidingQueue] }, change: { $exists: true } })
          .sort({ ordinal: -1 })
          .limit(1)
          .toArray(),
      );
      const found = (await Promise.all(latest)).flat();
      return new Map(
        found.flatMap(({ change }) =>
          change?.kind === 'pause-queue' || change?.kind === 'resume-queue'
            ? [[change.name, change.kind === 'pause-queue'] as const]
            : [],
        ),
      );
    },

    /**
     * Forgets what was decided before a time, but for what still holds: pauses in force, and the chain's last
     * command, after which it goes on. Returns how many.
     */
    async dropBefore(time: Date): Promise<number> {
      const [last] = await audit.find({ chain: settingsChain }).sort({ ordinal: -1 }).limit(1).toArray();
      const kept = [
        ...(await latestOf(decidingPause)),
        ...(await latestOf(decidingQueue)),
        last?.ordinal ?? 0,
      ];
      const { deletedCount } = await audit.deleteMany({ decided_at: { $lt: time }, ordinal: { $nin: kept } });
      return deletedCount;
    },

    /** Decisions, newest first, without what they changed in full. */
    async list({ target, operator, since, until, limit }: AuditFilter): Promise<AuditRecord[]> {
      const filter: Filter<AuditRecord> = {
        ...(target !== undefined && { target }),
        ...(operator !== undefined && { operator }),
        ...((since !== undefined || until !== undefined) && {
          decided_at: {
            ...(since !== undefined && { $gte: new Date(since) }),
            ...(until !== undefined && { $lt: new Date(until) }),
          },
        }),
      };
      const bodies = { change: 0, from: 0, position: 0 };
      return audit
        .find(filter, { projection: bodies })
        .sort({ decided_at: -1, ordinal: -1 })
        .limit(limit)
        .toArray() as Promise<AuditRecord[]>;
    },
  };
}
