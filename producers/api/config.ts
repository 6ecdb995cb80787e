import { z } from 'zod';
import { domainForm, domainProblem } from '../../jobs/keys.ts';
import { shortestKeysSecret } from '../../jobs/maintenance/api-keys.ts';
import { tracingProblem } from '../../workers/telemetry/open-tracer.ts';

const whole = (least: number, most: number, usual: number) =>
  z.coerce.number().int().min(least).max(most).default(usual);

const loopback = /^(127\.\d+\.\d+\.\d+|::1|localhost)$/;

/** The API's environment. Every variable, its default, and what the default means. */
export const apiEnvironment = z
  .object({
    /** The queue Redis, as the producers' user, or the ARN of the secret that holds its URL. */
    QUEUE_REDIS_URL: z.string('is required').min(1),
    /** What keys are sealed under, or the ARN of its secret; the same as in workers. */
    API_KEYS_SECRET: z
      .string('is required')
      .min(shortestKeysSecret, `at least ${shortestKeysSecret} characters`),
    /** Region or title the fleet serves. */
    DOMAIN: z.string().regex(domainForm, domainProblem).default('main'),
    /** Where it listens. Beyond this machine only with BEHIND_TLS. */
    API_HOST: z.string().default('127.0.0.1'),
    /** 0 takes a free port. */
    API_PORT: whole(0, 65_535, 8_080),
    /** `true`: whoever listens in front of it speaks TLS, and nothing else reaches it. */
    BEHIND_TLS: z.enum(['true', 'false']).default('false'),
    /** Health, readiness and metrics, apart from what callers reach. */
    HEALTH_HOST: z.string().default('127.0.0.1'),
    HEALTH_PORT: whole(0, 65_535, 0),
    AWS_REGION: z.string().min(1).default('us-east-1'),
    /**
     * The account that configurations and rule sets are named with where they have an ARN; in nothing else.
     */
    AWS_ACCOUNT_ID: z
      .string()
      .regex(/^\d{12}$/, 'must be 12 digits')
      .default('000000000000'),
    /** Where X-Ray segments go, `host:port` over UDP. Absent: no tracing. */
    AWS_XRAY_DAEMON_ADDRESS: z
      .string()
      .regex(/^[^:]+:\d+$/, 'must be host:port')
      .optional(),
    /**
     * Where an OpenTelemetry collector takes the same traces by OTLP over HTTP, instead of X-Ray's daemon.
     */
    OTLP_TRACES_URL: z.url({ protocol: /^https?$/ }).optional(),
    TRACE_SAMPLING: z.coerce.number().min(0).max(1).default(0.05),
    /** Requests worked on at once; more are told to come back. */
    REQUESTS_AT_ONCE: whole(1, 100_000, 2_000),
    /** Requests a second of one key, with as many saved up; more are told to come back. */
    REQUESTS_PER_KEY: whole(1, 1_000_000, 5_000),
    /** The same of one player. */
    REQUESTS_PER_PLAYER: whole(1, 10_000, 20),
    /** A request has to arrive whole within this (ms): who sends slower is cut off. */
    RECEIVE_MS: whole(100, 300_000, 10_000),
    /** An answer is given up after this (ms); longer than a worker's answer takes. */
    ANSWER_MS: whole(1_000, 300_000, 35_000),
    /** Idle connections are kept for this long (ms): longer than the balancer in front keeps them. */
    KEEP_ALIVE_MS: whole(1_000, 3_600_000, 75_000),
    /** Requests have this long (ms) to end after SIGTERM. */
    GRACE_MS: whole(0, 110_000, 20_000),
    /** Both or none: players of this user pool may call with their access tokens. */
    USER_POOL_ID: z.string().min(1).optional(),
    USER_POOL_CLIENT_ID: z.string().min(1).optional(),
    /** Where Cognito is, if not at AWS. */
    COGNITO_ENDPOINT: z.string().min(1).optional(),
    /** Who its tokens say issued them, if neither AWS nor that one. */
    COGNITO_ISSUER: z.string().min(1).optional(),
    LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
  })
  .superRefine((it, context) => {
    if (!loopback.test(it.API_HOST) && it.BEHIND_TLS !== 'true')
      context.addIssue({
        code: 'custom',
        path: ['API_HOST'],
        message: `${it.API_HOST} is reached from other machines, and this process speaks plain HTTP: end TLS in front of it and set BEHIND_TLS=true, or listen on 127.0.0.1`,
      });
    const tracing = tracingProblem(it);
    if (tracing) context.addIssue(tracing);
    if ((it.USER_POOL_ID === undefined) !== (it.USER_POOL_CLIENT_ID === undefined))
      context.addIssue({
        code: 'custom',
        path: ['USER_POOL_CLIENT_ID'],
        message: 'goes with USER_POOL_ID: give both or none',
      });
  });
export type ApiConfig = z.output<typeof apiEnvironment>;
