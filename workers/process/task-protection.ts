import { z } from 'zod';
import type { Log } from '../telemetry/log.ts';

export interface TaskProtectionOptions {
  /** `ECS_AGENT_URI`, which ECS sets in every container of a service. */
  readonly agentUri: string;
  /** When the job that has been running longest began, ms since 1970; undefined while none runs. */
  readonly busySince: () => number | undefined;
  readonly log: Pick<Log, 'info' | 'warn'>;
}

/**
 * A job running for so long (ms) protects its task. Above the 5 s a cycle goes on and below the grace period,
 * in which shorter jobs end anyway: a service under any load always has some job running, and protected by
 * each it would never scale in, nor a deployment come to its end.
 */
export const longJobMs = 6_000;
/**
 * Protection goes when no job has been long for this time (ms): ECS throttles those who change their mind
 * often.
 */
export const calmMs = 10_000;

/** Runs out by itself if this process cannot take it back. Asked for again when half of it is over. */
const expiresMinutes = 2;
const refreshMs = (expiresMinutes * 60_000) / 2;

/** The agent asks ECS before it answers. */
const answerWithinMs = 5_000;
const maxPauseMs = 60_000;

/** `protection` on success; on failure `failure` or `error`, with status 200 or not. */
const answer = z.object({ protection: z.object({ ProtectionEnabled: z.boolean() }) });

/**
 * Scale-in protection of this process's own task while a long job runs, by the ECS agent's endpoint. Returns
 * what to call every second or so, with the time. Never rejects: a refusal (throttling, a task of no service)
 * costs a log line and a pause that doubles up to a minute; without protection a job still has the grace
 * period.
 */
export function createTaskProtection({ agentUri, busySince, log }: TaskProtectionOptions) {
  let protectedUntil = 0;
  let longJobSeenAt = 0;
  let failures = 0;
  let pausedUntil = 0;

  async function ask(wanted: boolean, now: number): Promise<void> {
    try {
      await put(agentUri, wanted);
      protectedUntil = wanted ? now + expiresMinutes * 60_000 : 0;
      failures = 0;
    } catch (err) {
      pausedUntil = now + Math.min(maxPauseMs, 1_000 * 2 ** failures);
      if (failures++ === 0) log.warn({ err, wanted }, 'could not change scale-in protection; trying again');
    }
  }

  return async (now: number): Promise<void> => {
    const since = busySince();
    const isLong = since !== undefined && now - since >= longJobMs;
    if (isLong) longJobSeenAt = now;
    if (now < pausedUntil) return;
    if (isLong && protectedUntil - now <= refreshMs) await ask(true, now);
    if (!isLong && protectedUntil > now && now - longJobSeenAt >= calmMs) await ask(false, now);
  };
}

async function put(agentUri: string, wanted: boolean): Promise<void> {
  const response = await fetch(`${agentUri}/task-protection/v1/state`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      ProtectionEnabled: wanted,
      ...(wanted && { ExpiresInMinutes: expiresMinutes }),
    }),
    signal: AbortSignal.timeout(answerWithinMs),
  });
  const text = await response.text();
  if (!response.ok || !isDone(text, wanted))
    throw new Error(`The ECS agent answered ${response.status}: ${text.slice(0, 500)}`);
}

function isDone(text: string, wanted: boolean): boolean {
  try {
    return answer.parse(JSON.parse(text)).protection.ProtectionEnabled === wanted;
  } catch {
    return false;
  }
}
