import type { Diary } from './diary.ts';
import type { Snapshot } from './snapshot.ts';

/** Whom a broken invariant was seen on, and what was seen, as a sentence that names them. */
export interface Finding {
  readonly subject: string;
  readonly story: string;
}

/** One thing that must hold. Looks for what contradicts it; finds nothing when all is well. */
export interface Check {
  /** Its number in the list of invariants. */
  readonly invariant: number;
  readonly find: (held: Snapshot, diary: Diary) => readonly Finding[];
}
