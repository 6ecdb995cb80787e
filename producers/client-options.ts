import { z } from 'zod';
import { actor } from '../jobs/contract.ts';
import type { EventOrigin } from '../jobs/event/event.ts';
import { domainForm, domainProblem } from '../jobs/keys.ts';
import { keyForm, keyProblem } from '../jobs/maintenance/api-keys.ts';
import { nearestName } from '../jobs/nearest-name.ts';

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

/** What `openClient` takes, in its bounds. An option that it does not know is one that somebody relies on: refused by name. */
export const clientOptions = z.strictObject(options, {
  error: ({ code, keys }) =>
    code === 'unrecognized_keys' ? (keys as string[]).map(unknown).join('; ') : undefined,
});

function unknown(name: string): string {
  const near = nearestName(name, Object.keys(options));
  return `${name.slice(0, 64)}: unknown option; ${near ? `did you mean ${near}?` : `there are ${Object.keys(options).join(', ')}`}`;
}
