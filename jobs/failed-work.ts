import { idsOf } from './item-ids.ts';
import { settingCommands } from './maintenance/setting-commands.ts';
import { ladderCommand } from './rating-update/ladder-command.ts';

/** A job that has failed. `at`: when, ms since 1970; one that fails again has another. */
export interface FailedOne {
  readonly id: string;
  readonly at: number;
}

/** A failed job as its queue keeps it. */
export interface FailedJob {
  readonly id: string;
  readonly kind: string;
  readonly data: unknown;
  readonly reason: string;
  /** When it failed, ms since 1970; undefined where the store does not say. */
  readonly at: number | undefined;
  readonly attemptsMade: number;
  readonly attempts: number;
}

/** Whether to try a failed job again. */
export type Retry =
  /** It ran out of attempts. What it did already is not done twice. */
  | 'helps'
  /** Its input was refused: it will be again, unless what the reason names has been put right. */
  | 'refused'
  /** The clock, or a wake-up, has had it done since. */
  | 'needless'
  /**
   * An operator's command: newer ones may have followed it, which it would undo. It is given again instead.
   */
  | 'command';

/** A failed job as operators look at it. */
export interface FailedWork {
  readonly id: string;
  readonly kind: string;
  /**
   * Whom or what it was about, e.g. `ticket t-1`; of a job with many items the first, and how many more there
   * are.
   */
  readonly subject: string;
  readonly at: number | undefined;
  readonly attempts: number;
  readonly reason: string;
  readonly retry: Retry;
}

/** Failed jobs of one kind for one reason, the newest first. */
export interface FailedGroup {
  /** Names the group: the same for as long as kind and reason are. */
  readonly group: string;
  readonly kind: string;
  /** Without the names and numbers in which its jobs differ. */
  readonly reason: string;
  readonly retry: Retry;
  readonly jobs: readonly FailedWork[];
}

const commands: ReadonlySet<string> = new Set([
  ...settingCommands.map((it) => it.kind),
  ...ladderCommand.options.map((it) => it.shape.kind.value),
]);

/** A refused item of a batch is kept as a job of its own, by this name. */
const refusedItem = /-item-\d+$/;

export function failedWork({ id, kind, data, reason, at, attemptsMade, attempts }: FailedJob): FailedWork {
  return {
    id,
    kind,
    subject: subjectOf(data),
    at,
    attempts: attemptsMade,
    reason,
    retry: retryOf({ id, kind, attemptsMade, attempts }),
  };
}

function retryOf({
  id,
  kind,
  attemptsMade,
  attempts,
}: Pick<FailedJob, 'id' | 'kind' | 'attemptsMade' | 'attempts'>): Retry {
  if (refusedItem.test(id) || attemptsMade < attempts) return 'refused';
  if (commands.has(kind)) return 'command';
  return attempts === 1 ? 'needless' : 'helps';
}

function subjectOf(data: unknown): string {
  const { items } = (data ?? {}) as { items?: unknown };
  if (!Array.isArray(items)) return '';
  const [first] = items as unknown[];
  const { name, playerId } = (first ?? {}) as Readonly<Record<string, unknown>>;
  const [[what, id] = []] = Object.entries({
    ...idsOf(first),
    ...(typeof playerId === 'string' && { player: playerId.slice(0, 256) }),
    ...(typeof name === 'string' && { name: name.slice(0, 128) }),
  });
  const more = items.length > 1 ? ` and ${items.length - 1} more` : '';
  return what === undefined ? more.trim() : `${what} ${id}${more}`;
}

/** Groups by kind, reason and what to do, the group whose latest job is the newest first. */
export function groupFailed(work: readonly FailedWork[]): FailedGroup[] {
  const groups = new Map<string, FailedWork[]>();
  for (const it of work.toSorted((a, b) => (b.at ?? 0) - (a.at ?? 0))) {
    const key = `${it.kind}\n${it.retry}\n${reasonForm(it.reason)}`;
    groups.set(key, [...(groups.get(key) ?? []), it]);
  }
  return [...groups].flatMap(([key, jobs]) => {
    const [newest] = jobs;
    if (!newest) return [];
    const { kind, retry, reason } = newest;
    const shown = jobs.length === 1 ? reason : reasonForm(reason);
    return [{ group: nameOf(key), kind, reason: shown, retry, jobs }];
  });
}

/** A reason without what differs from job to job: what is quoted, and words with a digit in them. */
const reasonForm = (reason: string): string =>
  reason.replaceAll(/"[^"]*"/g, '"…"').replaceAll(/[^\s"]*\d[^\s"]*/g, '…');

/** A short name for a text (FNV-1a, 32 bit). */
function nameOf(text: string): string {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return (hash >>> 0).toString(36).padStart(7, '0');
}
