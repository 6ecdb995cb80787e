import type { Explanation } from './engine/explanation.ts';

/**
 * Somebody asks why a ticket waits. Its pool's next cycle answers: whoever runs it has the pool in memory,
 * while anybody else would have to read all of it. Nothing depends on the answer: a question whose worker
 * died is asked again.
 */
export interface Question {
  readonly ticketId: string;
  /** Where the answer is awaited; see `replyKey`. */
  readonly replyId: string;
}

/** `gone`: the ticket does not search in that pool any more. */
export type Answer = Explanation | 'gone';

/** Questions about one pool that may wait; more are refused. */
export const mostQuestions = 100;

/** How long (s) a question waits before it is forgotten. */
export const questionSeconds = 30;
