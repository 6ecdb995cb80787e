import { z } from 'zod';
import { type Actor, actor } from '../jobs/contract.ts';
import type { EventOrigin } from '../jobs/event/event.ts';
import { domainForm, domainProblem } from '../jobs/keys.ts';
import { keyForm, keyProblem } from '../jobs/maintenance/api-keys.ts';
import { nearestName } from '../jobs/nearest-name.ts';

export interface ClientOptions {
  /**
   * `redis://` or `rediss://` URL of the queue Redis, or the ARN of the Secrets Manager secret that holds it.
   */
  readonly redisUrl: string;
  /** Region or title the fleet serves. Default `main`. */
  readonly domain?: string;
  /** Who asks when a call names no actor. Default: a service called `client`. */
  readonly actor?: Actor;
  /**
   * The key, name~secret, that signs operators' commands: what changes rule sets, configurations, ladders and
   * queues. Default: none, and such calls throw `not-allowed`.
   */
  readonly operatorKey?: string;
  /** Why operators' commands are given that say nothing of it themselves. Default: not said. */
  readonly reason?: string;
  /**
   * The X-Ray header of the caller's current trace, so that the jobs it adds belong to it. Without one each
   * job begins a trace, and the worker that takes it decides whether it is recorded.
   */
  readonly trace?: () => string | undefined;
  /**
   * What calls do while Redis is away: `fail` at once, since nothing was promised, or `wait` for it. Default:
   * `fail`.
   */
  readonly whenAway?: 'fail' | 'wait';
  /**
   * How long (ms) a call waits then, opening the client included, before it throws `unavailable`. Default:
   * 30,000.
   */
  readonly waitMs?: number;
  /** How many calls wait at once; more are refused. Default: 10,000. */
  readonly maxWaiting?: number;
  /**
   * How many calls may be under way at once, an item of a call with many counting as one; more new work is
   * refused: Redis takes less than is asked of it. Default: 20,000.
   */
  readonly maxUnderWay?: number;
  /** Share of its memory from which the queue Redis takes no new work of ours. Default: 0.75. */
  readonly memoryLimit?: number;
  /** What events say they come from. */
  readonly origin?: { readonly account: string; readonly region: string };
  /**
   * Told, from 1.5 s of waiting on, why a call that needs a worker waits: a paused queue, no worker, a record
   * that does not answer. Default: ignored; the call itself says so when it gives up.
   */
  readonly onWait?: (why: string) => void;
  /** Connection errors in the background; calls report their own. Default: ignored. */
  readonly onError?: (error: Error) => void;
}

const aFunction = <Call extends (...args: never[]) => unknown>() =>
  z.custom<Call>((it) => typeof it === 'function', 'must be a function');

const redisUrlForm =
  'the URL of the queue Redis (redis:// or rediss://), or the ARN of the secret that holds it';

const options = {
  redisUrl: z.string({
    error: ({ input }) => `${input === undefined ? 'is required' : 'must be a text'}: ${redisUrlForm}`,
  }),
  domain: z.string().regex(domainForm, domainProblem).default('main'),
  actor: actor.default({ kind: 'service', name: 'client' }),
  operatorKey: z.string().regex(keyForm, keyProblem).optional(),
  reason: z.string().min(1).max(1024).optional(),
  trace: aFunction<() => string | undefined>().default(() => () => undefined),
  whenAway: z.enum(['fail', 'wait']).default('fail'),
  waitMs: z.int().min(1).max(600_000).default(30_000),
  maxWaiting: z.int().min(1).max(1_000_000).default(10_000),
  maxUnderWay: z.int().min(1).max(1_000_000).default(20_000),
  memoryLimit: z.number().gt(0).max(1).default(0.75),
  origin: z
    .strictObject({ account: z.string().min(1), region: z.string().min(1) })
    .default({ account: '000000000000', region: 'us-east-1' }) satisfies z.ZodType<EventOrigin>,
  onWait: aFunction<(why: string) => void>().optional(),
  onError: aFunction<(error: Error) => void>().default(() => () => undefined),
};

/**
 * What `openClient` takes, in its bounds. An option that it does not know is one that somebody relies on:
 * refused by name.
 */
export const clientOptions = z.strictObject(options, {
  error: ({ code, keys }) =>
    code === 'unrecognized_keys' ? (keys as string[]).map(unknown).join('; ') : undefined,
});

function unknown(name: string): string {
  const near = nearestName(name, Object.keys(options));
  return `${name.slice(0, 64)}: unknown option; ${near ? `did you mean ${near}?` : `there are ${Object.keys(options).join(', ')}`}`;
}
