import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Log } from '../../workers/telemetry/log.ts';
import { logging } from '../../workers/telemetry/log.ts';
import type { Mark, Tracer } from '../../workers/telemetry/tracer.ts';
import type { Crowd } from './crowd.ts';
import type { Measures } from './measures.ts';

export interface ServingParts {
  readonly crowd: Crowd;
  readonly measures: Measures;
  readonly tracer: Tracer;
  readonly log: Log;
  /** An answer is given up after this (ms). */
  readonly answerMs: number;
}

/** What a request came to, for metrics, trace and log. */
export interface Served {
  /** An operation that there is, or `unknown`. */
  readonly operation: string;
  /** `ok`, or the name of the fault; `gone`: the caller left before the answer. */
  readonly outcome: string;
  readonly status: number;
  /** Whose key or which kind of caller; never a player's id. */
  readonly caller?: string;
}

/** The request cannot be taken now; the caller may come back. */
export class TooMany extends Error {
  override readonly name = 'TooMany';
}

/**
 * Surrounds every request of either face: room, time, a segment of the caller's trace, metrics and a line in
 * the log.
 */
export function openServing({ crowd, measures, tracer, log, answerMs }: ServingParts) {
  return async function serve(
    request: FastifyRequest,
    reply: FastifyReply,
    /**
     * `signal` is aborted when the caller has gone or the time is over. `refused`: what to answer instead of
     * working.
     */
    work: (signal: AbortSignal, refused?: TooMany) => Promise<Served>,
  ): Promise<void> {
    const startedAt = performance.now();
    const gone = new AbortController();
    reply.raw.once('close', () => {
      if (!reply.raw.writableFinished) gone.abort(new Error('the caller has gone'));
    });
    const header = request.headers['x-amzn-trace-id'];
    const entered = crowd.enter();
    try {
      await tracer.segment('api', typeof header === 'string' ? header : undefined, async () => {
        const signal = AbortSignal.any([gone.signal, AbortSignal.timeout(answerMs)]);
        const refused = entered ? undefined : new TooMany('too many requests are worked on; come back');
        const served = await logging({ requestId: request.id }, () => work(signal, refused));
        // Who leaves before the answer is no failure of ours.
        const ended = gone.signal.aborted ? { ...served, outcome: 'gone', status: 499 } : served;
        note(ended, performance.now() - startedAt);
      });
    } finally {
      if (entered) crowd.leave();
    }
  };

  function note({ operation, outcome, status, caller }: Served, ms: number): void {
    const how = markOf(status, outcome);
    if (how) tracer.mark(how);
    measures.observe(operation, outcome, ms);
    const line = { operation, outcome, status, ms: Math.round(ms * 10) / 10, ...(caller && { caller }) };
    if (status >= 500) log.warn(line, 'request failed');
    else log.debug(line, 'request');
  }
}
export type Serve = ReturnType<typeof openServing>;

function markOf(status: number, outcome: string): Mark | undefined {
  if (status === 429 || outcome === 'ThrottlingException') return 'throttle';
  if (status >= 500) return 'fault';
  return status >= 400 ? 'error' : undefined;
}
