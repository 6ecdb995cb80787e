import { z } from 'zod';
import { topicArn } from '../../jobs/configuration/configuration.ts';
import { queueNames } from '../../jobs/contract.ts';
import { domainForm, domainProblem } from '../../jobs/keys.ts';
import { keyForm, keyProblem, operatorKeyOf, shortestKeysSecret } from '../../jobs/maintenance/api-keys.ts';
import { parseRedisUrl } from '../../jobs/redis-url.ts';
import { tracingProblem } from '../telemetry/open-tracer.ts';

const url = (...protocols: string[]) =>
  z
    .string('is required')
    .refine(
      (text) => protocols.some((protocol) => text.startsWith(`${protocol}://`)),
      `must be a URL starting with ${protocols.map((it) => `${it}://`).join(' or ')}`,
    );

/** `redis://` or `rediss://`; see `parseRedisUrl`. */
const redisUrl = z.string('is required').superRefine((text, context) => {
  const parsed = parseRedisUrl(text);
  if (!parsed.ok) context.addIssue({ code: 'custom', message: parsed.problem });
});

const list = z
  .string()
  .transform((text) =>
    text
      .split(',')
      .map((it) => it.trim())
      .filter(Boolean),
  )
  .pipe(z.array(z.enum(queueNames, `must be of ${queueNames.join(', ')}`)).min(1));

const names = z
  .string()
  .default('')
  .transform((text) =>
    text
      .split(',')
      .map((it) => it.trim())
      .filter(Boolean),
  );

/** The URI with this login instead of whatever it had. */
const withLogin = (uri: string, username: string, password: string): string =>
  uri.replace(
    /^(mongodb(?:\+srv)?:\/\/)(?:[^@/]*@)?/,
    (_whole, protocol: string) =>
      `${protocol}${encodeURIComponent(username)}:${encodeURIComponent(password)}@`,
  );

/** A worker's environment. Every variable, its default, and what the default means. */
export const workerEnvironment = z
  .object({
    /** Holds the queues and pools. Must not evict. */
    QUEUE_REDIS_URL: redisUrl,
    /**
     * Holds `sessions:<id>` and `ratings:<player>`; may lose anything. One per domain: its keys name none.
     */
    CACHE_REDIS_URL: redisUrl,
    DOCUMENTDB_URI: url('mongodb', 'mongodb+srv'),
    /** Both or none: the login, where it is kept apart from the URI because it is rotated. */
    DOCUMENTDB_USERNAME: z.string().min(1).optional(),
    DOCUMENTDB_PASSWORD: z.string().min(1).optional(),
    /** One per domain: settings, and the order in which they were given, are on record there. */
    DOCUMENTDB_DATABASE: z.string().min(1).max(63).default('matchmaking'),
    /** Region or title: fleets of different domains share servers without seeing each other. */
    DOMAIN: z.string().regex(domainForm, domainProblem).default('main'),
    /** Which queues this process serves, comma-separated. Default: all of them. */
    QUEUES: list.default([...queueNames]),
    /** The `Environment` dimension of every metric. */
    ENVIRONMENT: z.string().min(1).max(64).default('development'),
    /**
     * What keys are sealed under, 32 characters or more; the same in every worker, in the API, and where keys
     * are made. Absent: this worker refuses to store keys, and every operator's command that it comes to,
     * since it cannot tell who has signed it.
     */
    API_KEYS_SECRET: z
      .string()
      .min(shortestKeysSecret, `at least ${shortestKeysSecret} characters`)
      .optional(),
    /**
     * A key, name~secret or the secret of key `operator`, that is made with every right where none of its
     * name was ever made: a fleet on one machine begins with it. Absent: keys are made by "key create".
     */
    OPERATOR_KEY: z.string().transform(operatorKeyOf).pipe(z.string().regex(keyForm, keyProblem)).optional(),
    /**
     * Hosts that a configuration's placement webhook may be on, comma-separated, `host` or `host:port`.
     * Default: none.
     */
    PLACEMENT_HOSTS: names,
    AWS_REGION: z.string().min(1).default('us-east-1'),
    /** The account that configurations are named with where they have an ARN; in nothing else. */
    AWS_ACCOUNT_ID: z
      .string()
      .regex(/^\d{12}$/, 'must be 12 digits')
      .default('000000000000'),
    /** Where CloudWatch and SNS are, if not at AWS. */
    AWS_ENDPOINT_URL: url('http', 'https').optional(),
    /**
     * Where metrics go: `cloudwatch` by PutMetricData; `emf` as lines of the embedded metric format on
     * standard output, for CloudWatch Logs to read; `none`. Prometheus finds them at `/metrics` whatever this
     * says.
     */
    METRICS_SINK: z.enum(['cloudwatch', 'emf', 'none']).default('cloudwatch'),
    METRICS_FLUSH_MS: z.coerce.number().int().min(100).max(60_000).default(10_000),
    /**
     * The fleet publishes QueueLength and its like once per slot of so many ms. The same in every worker: the
     * last one to start sets it.
     */
    REPORT_SLOT_MS: z.coerce.number().int().min(1_000).max(60_000).default(10_000),
    /**
     * Configurations that get metrics of their own, comma-separated: each is one more billed metric per name.
     */
    METRIC_CONFIGURATIONS: names,
    /**
     * Players whose PlayerRating is a metric of its own, comma-separated: billed likewise, so opt-in by id.
     */
    METRIC_PLAYERS: names,
    /** Where X-Ray segments go, `host:port` over UDP. Neither this nor the next: no tracing. */
    AWS_XRAY_DAEMON_ADDRESS: z
      .string()
      .regex(/^[^:]+:\d+$/, 'must be host:port')
      .optional(),
    /**
     * Where an OpenTelemetry collector takes the same traces by OTLP over HTTP, instead of X-Ray's daemon.
     */
    OTLP_TRACES_URL: url('http', 'https').optional(),
    /** Share of traces begun here that are kept; a header's own decision wins. */
    TRACE_SAMPLING: z.coerce.number().min(0).max(1).default(0.05),
    /** Health endpoints. 0 takes a free port. */
    HEALTH_PORT: z.coerce.number().int().min(0).max(65_535).default(0),
    HEALTH_HOST: z.string().default('127.0.0.1'),
    /** Backlog without a completed job for this long makes `/healthz` fail. */
    STUCK_MS: z.coerce.number().int().min(1_000).default(60_000),
    /**
     * Time for running jobs to end after SIGTERM; must be below the container's stop timeout (ECS: 30 s by
     * default).
     */
    GRACE_MS: z.coerce.number().int().min(0).max(110_000).default(20_000),
    /** Where the ECS agent answers; ECS sets it. Absent: no scale-in protection. */
    ECS_AGENT_URI: url('http').optional(),
    /**
     * The SNS topic that hears the whole fleet's events, from when it is first named. Absent: only
     * configurations' own do.
     */
    EVENT_TOPIC_ARN: topicArn.optional(),
    /** Events older than this are forgotten, read or not: who resumes later gets a gap. */
    EVENT_RETENTION_HOURS: z.coerce
      .number()
      .min(0.01)
      .max(24 * 30)
      .default(24),
    /**
     * Beyond this the oldest events are forgotten before their time. 256 MiB, some 300,000 events, of the
     * queue Redis.
     */
    EVENT_RETENTION_MIB: z.coerce.number().int().min(1).max(65_536).default(256),
    /**
     * Ended tickets stay in the queue Redis for this long, and until the record has them; so long a match's
     * claim holds a ticket's id, too. The same in every worker.
     */
    TICKET_READABLE_MINUTES: z.coerce
      .number()
      .min(1)
      .max(24 * 60)
      .default(10),
    /**
     * Ended tickets stay in DocumentDB for this long after the day they started on. The same in every worker:
     * the fewest win.
     */
    TICKET_RECORD_DAYS: z.coerce.number().int().min(1).max(3_650).default(30),
    /**
     * What operators asked for, and what was decided, is forgotten after this long; pauses in force stay. A
     * command that is given again by its id later than that is refused, never applied twice. The same in
     * every worker: the fewest win.
     */
    AUDIT_DAYS: z.coerce.number().int().min(30).max(36_500).default(400),
    /**
     * Sessions that ended or expired are deleted from DocumentDB after this long. It holds for those that end
     * from then on.
     */
    SESSION_RECORD_DAYS: z.coerce.number().int().min(1).max(3_650).default(30),
    /**
     * A match of which nobody reports a result is live for this long: its players can be backfilled and leave
     * it.
     */
    MATCH_TTL_MINUTES: z.coerce.number().min(1).max(10_080).default(120),
    LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
  })
  .superRefine((it, context) => {
    const [queue, cache] = [parseRedisUrl(it.QUEUE_REDIS_URL), parseRedisUrl(it.CACHE_REDIS_URL)];
    if (cache.ok && cache.address.cluster)
      context.addIssue({
        code: 'custom',
        path: ['CACHE_REDIS_URL'],
        message: 'has the option cluster; the session cache is one server, not in cluster mode',
      });
    if (queue.ok && cache.ok && queue.address.shown === cache.address.shown)
      context.addIssue({
        code: 'custom',
        path: ['CACHE_REDIS_URL'],
        message: 'is the queue Redis; the cache evicts and must be a server of its own',
      });
    const tracing = tracingProblem(it);
    if (tracing) context.addIssue(tracing);
    if ((it.DOCUMENTDB_USERNAME === undefined) !== (it.DOCUMENTDB_PASSWORD === undefined))
      context.addIssue({
        code: 'custom',
        path: ['DOCUMENTDB_PASSWORD'],
        message: 'goes with DOCUMENTDB_USERNAME: give both or none',
      });
  })
  .transform(({ DOCUMENTDB_USERNAME: username, DOCUMENTDB_PASSWORD: password, ...config }) => ({
    ...config,
    DOCUMENTDB_URI:
      username === undefined || password === undefined
        ? config.DOCUMENTDB_URI
        : withLogin(config.DOCUMENTDB_URI, username, password),
  }));
export type WorkerConfig = z.output<typeof workerEnvironment>;
