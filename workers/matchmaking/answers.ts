import { setImmediate as turn } from 'node:timers/promises';
import { type Clock, toRedisTime } from '../../jobs/fleet-time.ts';
import type { Explanation } from '../../jobs/matchmaking/engine/explanation.ts';
import type { MatchPool } from '../../jobs/matchmaking/engine/pool.ts';
import type { Pool } from '../pool/pool.ts';
import type { Mirror } from './mirror.ts';

/**
 * Questions answered by one cycle. An answer takes some 10 ms, however large the pool: matching comes first.
 */
const perCycle = 4;

/**
 * Answers why tickets of a pool wait, as of the pass that has just been made. Returns whether more may be
 * asked.
 */
export async function answerSome(
  mirror: Mirror,
  matching: MatchPool,
  clock: Clock,
  pool: Pool,
): Promise<boolean> {
  const questions = await pool.questions.takeQuestions(mirror.name, perCycle);
  for (const question of questions) {
    const ticket = mirror.find(question.ticketId);
    await pool.questions.answer(
      question,
      ticket ? told(matching.explain(ticket, clock.now, ticket.deadline), clock) : 'gone',
    );
    await turn();
  }
  return questions.length === perCycle;
}

/** An explanation whose moments people can compare with their own clock. */
const told = ({ held, nextStep, ...rest }: Explanation, clock: Clock): Explanation => ({
  ...rest,
  ...(held && { held: { ...held, until: toRedisTime(clock, held.until) } }),
  ...(nextStep && { nextStep: { ...nextStep, at: toRedisTime(clock, nextStep.at) } }),
});
