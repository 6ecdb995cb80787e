import { duration } from '../cli/wording.ts';
import type { OverviewData } from './read-overview.ts';

/** A limit that is broken, in a sentence, and where the runbook (`infra/aws/runbook.md`) says what to do. */
export interface Trouble {
  readonly text: string;
  readonly runbook: string;
}

/** No match is formed from here on (`workers/pool/outbox.ts`). */
const outboxCap = 50_000;
/** A ticket that waits for this long (ms) past its time is not looked at. */
const overdueMs = 15_000;

/** What somebody on call should look at, of what the overview shows; nothing when all is well. */
export function troublesOf({ configurations, queues, outbox }: OverviewData, now: number): Trouble[] {
  const found: Trouble[] = [];
  const say = (runbook: string, text: string) => found.push({ text, runbook });
  for (const { name, pausedSince, refusesForLagMs, oldestSince, requestTimeoutSeconds } of configurations) {
    if (pausedSince)
      say('players-affected', `${name} is paused since ${pausedSince}: its tickets wait, and time out.`);
    if (refusesForLagMs !== undefined)
      say(
        'matchmaking-behind',
        `${name} takes no new tickets: its cycles are ${duration(refusesForLagMs)} behind.`,
      );
    const waits = oldestSince === undefined ? 0 : now - Date.parse(oldestSince);
    if (waits > requestTimeoutSeconds * 1_000 + overdueMs)
      say(
        'matchmaking-behind',
        `The oldest ticket of ${name} waits for ${duration(waits)}, though tickets time out after ${requestTimeoutSeconds} s: no cycle looks at it.`,
      );
  }
  for (const { queue, workers, paused, failed, waiting } of queues) {
    if (workers === 0) say('no-progress', `No worker serves the queue ${queue}; ${waiting} jobs wait.`);
    if (paused) say('queue-depth', `The queue ${queue} is paused: no worker takes its jobs.`);
    if (failed > 0) say('failed-jobs', `${failed} jobs failed on the queue ${queue}.`);
  }
  if (outbox > outboxCap / 2)
    say(
      'outbox-backlog',
      `${outbox} matches are decided and not stored; at ${outboxCap} no more are formed.`,
    );
  return found;
}
