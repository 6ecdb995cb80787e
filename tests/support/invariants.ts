import { readSnapshot, type StoresOfDomain } from '../../infra/local/invariants/read-snapshot.ts';
import { type Call, type Diary, emptyDiary } from '../../jobs/invariants/diary.ts';
import { type CheckName, judge, toLine } from '../../jobs/invariants/judge.ts';

/** What somebody was promised: the producers' side of the story. */
export interface Promises {
  /** Tickets whose start was acknowledged. Default: those the stores know of. */
  readonly tickets?: Iterable<string>;
  /** Matches whose result was acknowledged. Default: those that have a result. */
  readonly results?: Iterable<string>;
  /** Whether everything has come to its end: no ticket may be under way. Default: yes. */
  readonly settled?: boolean;
}

/**
 * Not judged here: tests share one session cache, which has ratings of other tests' players by the same
 * names, and some have a job fail on purpose.
 */
const ofWholeRuns = new Set<CheckName>(['session rating', 'cached rating', 'no job failed']);

/**
 * Every invariant that the stores of a domain show to be broken, one line each with its number and what it
 * was seen on; empty when all is well. Nothing is taken from a worker's or a producer's word but the
 * promises.
 */
export async function brokenInvariants(stores: StoresOfDomain, promises: Promises = {}): Promise<string[]> {
  const violations = judge(await readSnapshot(stores), diaryOf(promises));
  return violations.filter(({ check }) => !ofWholeRuns.has(check)).map(toLine);
}

/** The diary of somebody who knows what was promised and not when. */
function diaryOf({ tickets = [], results = [], settled = true }: Promises): Diary {
  const now = Date.now();
  const at = { askedAt: now, toldAt: now, told: 'yes' } as const;
  const calls: Call[] = [
    ...[...tickets].map((ticketId) => ({
      kind: 'start' as const,
      ticketId,
      configuration: '',
      playerIds: [],
      ...at,
    })),
    ...[...results].map((matchId) => ({ kind: 'report-result' as const, matchId, ...at })),
  ];
  // Without times nothing can be said about who was late.
  return { ...emptyDiary, calls, settled, clockMoved: true };
}
