import { z } from 'zod';
import { domainForm, domainProblem } from '../../jobs/keys.ts';
import { keyForm, keyProblem, shortestKeysSecret } from '../../jobs/maintenance/api-keys.ts';

const loopback = /^(127\.\d+\.\d+\.\d+|::1|localhost)$/;

/** The console's environment. Every variable, its default, and what the default means. */
export const consoleEnvironment = z
  .object({
    /** The queue Redis, as an operator's user, or the ARN of the secret that holds its URL. */
    QUEUE_REDIS_URL: z.string('is required').min(1),
    /** Region or title the fleet serves. */
    DOMAIN: z.string().regex(domainForm, domainProblem).default('main'),
    /** Where it listens. Beyond this machine only with keys and BEHIND_TLS. */
    CONSOLE_HOST: z.string().default('127.0.0.1'),
    /** 0 takes a free port. */
    CONSOLE_PORT: z.coerce.number().int().min(0).max(65_535).default(7_350),
    /** `none`: who reaches it may do what OPERATOR_KEY may. `key`: everybody shows a key of the HTTP API. */
    CONSOLE_LOGIN: z.enum(['none', 'key']).default('none'),
    /** `true`: whoever listens in front of it speaks TLS, and nothing else reaches it. */
    BEHIND_TLS: z.enum(['true', 'false']).default('false'),
    /**
     * With CONSOLE_LOGIN=key: what keys are sealed under, or the ARN of its secret; the same as in workers.
     */
    API_KEYS_SECRET: z
      .string()
      .min(shortestKeysSecret, `must have at least ${shortestKeysSecret} characters`)
      .optional(),
    /**
     * Without a login: the key that signs what is changed here, `name~secret`; the audit keeps its name.
     * Absent: nothing is changed here.
     */
    OPERATOR_KEY: z.string().regex(keyForm, keyProblem).optional(),
    LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
  })
  .superRefine((it, context) => {
    const problem = (path: string, message: string) =>
      context.addIssue({ code: 'custom', path: [path], message });
    if (!loopback.test(it.CONSOLE_HOST) && it.CONSOLE_LOGIN !== 'key')
      problem(
        'CONSOLE_HOST',
        `${it.CONSOLE_HOST} is reached from other machines: set CONSOLE_LOGIN=key, or listen on 127.0.0.1`,
      );
    if (!loopback.test(it.CONSOLE_HOST) && it.BEHIND_TLS !== 'true')
      problem(
        'CONSOLE_HOST',
        `${it.CONSOLE_HOST} is reached from other machines, and this process speaks plain HTTP: end TLS in front of it and set BEHIND_TLS=true, or listen on 127.0.0.1`,
      );
    if (it.CONSOLE_LOGIN === 'key' && it.API_KEYS_SECRET === undefined)
      problem('API_KEYS_SECRET', 'is required with CONSOLE_LOGIN=key: keys are checked by it');
  });
export type ConsoleConfig = z.output<typeof consoleEnvironment>;
