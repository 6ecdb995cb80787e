import { z } from 'zod';
import { nameOrArn } from './names.ts';

const standalone = 'this fleet runs STANDALONE; leave it out';

/**
 * Members of a configuration that Create and Update share. Empty texts and lists mean "none", as generated
 * clients send them.
 */
export const configurationMembers = {
  Description: z.string().max(1024).optional(),
  GameSessionQueueArns: z
    .array(z.unknown())
    .max(0, `names queues of GameLift hosting; ${standalone}`)
    .optional(),
  RequestTimeoutSeconds: z.int().min(1).max(43_200).optional(),
  AcceptanceTimeoutSeconds: z.int().min(1).max(600).optional(),
  AcceptanceRequired: z.boolean().optional(),
  RuleSetName: nameOrArn('rule-set').optional(),
  NotificationTarget: z.string().max(300).optional(),
  AdditionalPlayerCount: z
    .int()
    .min(0)
    .max(0, 'above 0 is not available in STANDALONE mode; let the rule set ask for fewer players instead')
    .optional(),
  CustomEventData: z.string().max(256).optional(),
  GameProperties: z
    .array(z.object({ Key: z.string().max(32), Value: z.string().max(96) }))
    .max(16)
    .optional(),
  GameSessionData: z.string().max(4096).optional(),
  BackfillMode: z.enum(['AUTOMATIC', 'MANUAL']).optional(),
  FlexMatchMode: z
    .enum(['STANDALONE', 'WITH_QUEUE'])
    .refine((it) => it === 'STANDALONE', `WITH_QUEUE needs GameLift hosting; ${standalone}`)
    .optional(),
} as const;

export const tagList = z
  .array(z.object({ Key: z.string().min(1).max(128), Value: z.string().max(256) }))
  .max(200);

type Members = Partial<z.output<z.ZodObject<typeof configurationMembers>>>;

/** The members in our names; what is empty is `null`: none, and in an update the way to clear it. */
export function ourMembers(input: Members): Record<string, unknown> {
  const { AcceptanceRequired, GameProperties } = input;
  const orNone = (text: string | undefined) => (text === '' ? null : text);
  const members = {
    description: orNone(input.Description),
    requestTimeoutSeconds: input.RequestTimeoutSeconds,
    acceptanceRequired: AcceptanceRequired,
    // GameLift takes the time without the acceptance; it means nothing then.
    acceptanceTimeoutSeconds: AcceptanceRequired === false ? null : input.AcceptanceTimeoutSeconds,
    ruleSetName: input.RuleSetName,
    notificationTarget: orNone(input.NotificationTarget),
    customEventData: orNone(input.CustomEventData),
    gameProperties:
      GameProperties?.length === 0
        ? null
        : GameProperties?.map(({ Key, Value }) => ({ key: Key, value: Value })),
    gameSessionData: orNone(input.GameSessionData),
    backfillMode: input.BackfillMode,
    flexMatchMode: input.FlexMatchMode,
  };
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}

export const ourTags = (tags: z.output<typeof tagList> | undefined) =>
  tags?.map(({ Key, Value }) => ({ key: Key, value: Value }));
