import { z } from 'zod';
import { inOurSpelling } from '../aws-spelling.ts';
import { ladderName, resourceName, wellFormed } from '../ids.ts';
import { defaultLadder } from '../ladder/ladder.ts';
import { gameProperties, gameSessionData, placement } from '../session/placement.ts';
import { flexMatchLimits, limits } from '../ticket/limits.ts';
import type { PoolSplit } from './pool-name.ts';
import { quality } from './quality.ts';
import { ratingAttributes } from './rating-attributes.ts';

/** A topic of Amazon SNS; a name that ends in `.fifo` says that it keeps order. */
export const topicArn = z
  .string()
  .max(300, 'at most 300 characters')
  .regex(
    /^arn:[a-z-]+:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,256}(\.fifo)?$/,
    'must be the ARN of an SNS topic: arn:aws:sns:<region>:<account>:<name>',
  );

/** A property of FlexMatch that means nothing here: naming it is refused with the reason, never ignored. */
const refusedSince = (reason: string) => z.undefined(reason).optional();

const hosting = 'needs GameLift hosting; this fleet runs STANDALONE';
const setByAws = 'is what AWS says of a configuration of its own; leave it out';

/** Properties of `MatchmakingConfiguration` in the GameLift API, with its bounds. */
const flexMatch = {
  name: resourceName,
  description: z.string().min(1).max(1024).optional(),
  ruleSetName: resourceName,
  /** A ticket still searching after this many seconds is TIMED_OUT. */
  requestTimeoutSeconds: z.int().min(1).max(43_200),
  /**
   * Whether a match is proposed to its players first; all of them must accept within
   * `acceptanceTimeoutSeconds`.
   */
  acceptanceRequired: z.boolean().default(false),
  /** Used with `acceptanceRequired` only; FlexMatch's own samples set it without. */
  acceptanceTimeoutSeconds: z.int().min(1).max(600).optional(),
  /** Copied into every event as `customEventData`. */
  customEventData: wellFormed(256).optional(),
  /** Hears this configuration's events, beside the topic that hears the whole fleet's. */
  notificationTarget: topicArn.optional(),
  /**
   * `AUTOMATIC`: a match that starts below its maximum, or that players leave, gets a backfill ticket of the
   * fleet's own, and another after each success until it is full. `MANUAL`: only StartMatchBackfill opens
   * one.
   */
  backfillMode: z.enum(['MANUAL', 'AUTOMATIC']).default('MANUAL'),
  flexMatchMode: z.literal('STANDALONE', `WITH_QUEUE ${hosting}`).default('STANDALONE'),
  gameSessionQueueArns: refusedSince(`names queues of GameLift hosting and ${hosting}`),
  /** 0 is what STANDALONE means anyway; accepted, since configurations written for FlexMatch say it. */
  additionalPlayerCount: z
    .literal(0, 'above 0 is not available in STANDALONE mode; let the rule set ask for fewer players instead')
    .optional(),
  /** Handed to the placement webhook. */
  gameProperties: gameProperties.optional(),
  gameSessionData: gameSessionData.optional(),
  /** Kept with the configuration; nothing here reads them. */
  tags: z
    .array(z.strictObject({ key: z.string().min(1).max(128), value: z.string().max(256) }))
    .max(200, 'at most 200 tags')
    .optional(),
  configurationArn: refusedSince(setByAws),
  ruleSetArn: refusedSince(setByAws),
  creationTime: refusedSince(setByAws),
} as const;

/** Properties that FlexMatch does not have. With their defaults a configuration does what FlexMatch does. */
const ours = {
  /**
   * Who suits the anchor best: `closest` weighs the numbers the rule set limits and party size,
   * `documented` takes FlexMatch's order.
   */
  order: z.enum(['closest', 'documented']).default('closest'),
  /**
   * The ratings its results change. Configurations that share a ladder share ratings; only `default` is
   * visible as `current_rating`.
   */
  ladder: ladderName.default(defaultLadder),
  /**
   * Seconds from the start of one cycle of a pool to the start of the next, at least, so that tickets gather.
   * 0, the default: a cycle begins as soon as something has changed. Time-outs come in time whatever it is.
   */
  minimumIntervalSeconds: z.int().min(0).max(600).default(0),
  /**
   * Seconds that the oldest ticket of a match must have waited before the match is accepted below its maximum
   * (the sum of `maxPlayers`); a full one is accepted at once. 0, the default: no wait.
   */
  minimumHoldSeconds: z.int().min(0).max(43_199).default(0),
  /**
   * Expansions, in the rule set's own form, for matches that a backfill ticket is in: those of the rule set
   * do not apply to them then. Absent: backfill relaxes as everything else does.
   */
  backfillExpansions: z.array(z.unknown()).max(100).optional(),
  /**
   * Attributes that players get from their ratings on `ladder` instead of from the client: `{ "skill":
   * "rating" }`.
   */
  ratingAttributes: ratingAttributes.default({}),
  /**
   * How many of each player's last opponents on `ladder` are passed over while there is anybody else that the
   * rules allow. Nobody waits for it, and no rule gives way. 0, the default: nobody is passed over.
   */
  avoidRecentOpponents: z.int().min(0).max(20).default(0),
  /**
   * How even a match has to be, and for how long its players wait for one. Absent, the default: any that the
   * rules allow.
   */
  quality: quality.optional(),
  /** What its tickets may hold, above FlexMatch's limits where they are raised. */
  limits: limits.default(flexMatchLimits),
  /** Who finds a decided match a place to be played. */
  placement: placement.default({ kind: 'none' }),
} as const;

const inOurNames = z.strictObject({ ...flexMatch, ...ours }).superRefine((it, context) => {
  const refuse = (path: string, message: string) =>
    context.addIssue({ code: 'custom', path: [path], message });
  if (it.acceptanceRequired && it.acceptanceTimeoutSeconds === undefined)
    refuse('acceptanceTimeoutSeconds', 'needed with acceptanceRequired: true (1 to 600)');
  if (it.minimumHoldSeconds >= it.requestTimeoutSeconds)
    refuse(
      'minimumHoldSeconds',
      `must be below requestTimeoutSeconds (${it.requestTimeoutSeconds}), or tickets time out before a match that is not full is accepted`,
    );
  const eased = it.quality?.easesAfterSeconds.at(-1) ?? 0;
  if (eased >= it.requestTimeoutSeconds)
    refuse(
      'quality',
      `easesAfterSeconds must end below requestTimeoutSeconds (${it.requestTimeoutSeconds}), or tickets time out while a match is there`,
    );
  for (const told of ['gameProperties', 'gameSessionData'] as const)
    if (it[told] !== undefined && it.placement.kind === 'none')
      refuse(told, 'is for whoever places matches; it means nothing without a placement webhook');
});
export type Configuration = z.output<typeof inOurNames>;

/**
 * A named queue for players: which rule set forms its matches, and how long a ticket may search. Its
 * properties may also have the API's spelling: `Name`, `RuleSetName`, …
 */
export const configuration = z.preprocess(configurationInOurSpelling, inOurNames) as unknown as z.ZodType<
  Configuration,
  z.input<typeof inOurNames>
>;

/** The pairs of `GameProperties` and `Tags` are `{ Key, Value }` there. */
function configurationInOurSpelling(value: unknown): unknown {
  const renamed = inOurSpelling(value);
  if (typeof renamed !== 'object' || renamed === null || Array.isArray(renamed)) return renamed;
  const pairs = ['gameProperties', 'tags'];
  return Object.fromEntries(
    Object.entries(renamed).map(([name, it]) => [
      name,
      pairs.includes(name) && Array.isArray(it) ? it.map(inOurSpelling) : it,
    ]),
  );
}

/**
 * A configuration as workers and producers read it from Redis: settings, and the rule set body it points at.
 * `version` grows with every put of either; a reader takes only what is newer than what it has.
 */
export interface InstalledConfiguration {
  readonly configuration: Configuration;
  readonly version: number;
  readonly ruleSet: { readonly name: string; readonly version: number; readonly body: string };
  /** What names a ticket's pool, so that nobody has to load the rule set for it. */
  readonly split: readonly PoolSplit[];
}

const defaults = configuration.parse({ name: 'any', ruleSetName: 'any', requestTimeoutSeconds: 1 });

/** Reads an installed configuration; a property that did not exist yet when it was stored has its default. */
export function readInstalled(json: string): InstalledConfiguration {
  const installed = JSON.parse(json) as InstalledConfiguration;
  return { ...installed, configuration: { ...defaults, ...installed.configuration } };
}
