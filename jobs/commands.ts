import { z } from 'zod';
import { type Job, maxEnvelopeBytes } from './contract.ts';

/**
 * A kind of operator's command. It is appended to a chain (`scripts/append-command.lua`), applied once and in
 * the chain's order, and answered with a verdict. A chain is known by its name; the commands of one target
 * share one.
 */
export interface Command<Item = never, Result = unknown> {
  /** Stable string, stored in Redis and in the audit. */
  readonly kind: string;
  readonly item: z.ZodType<Item>;
  readonly result: z.ZodType<Result>;
  readonly chainOf: (item: Item) => string;
  /** Name of what it changes: a rule set, a configuration, a ladder. The audit is searched by it. */
  readonly targetOf: (item: Item) => string;
  /** The deduplicated job that applies what waits in its chain. */
  readonly wakeUp: (item: Item) => WakeUp;
}

interface WakeUp {
  readonly job: Job<object>;
  readonly item: object;
  /** BullMQ's. */
  readonly options: object;
}

/** What a producer is told who gives a command that nobody has signed. */
export const howToSign =
  'operators\' commands are signed: give an operator key (--operator-key, OPERATOR_KEY, openClient({ operatorKey })); "key create NAME --may operate" makes one, and "npm run stack" prints one for this machine';

/**
 * An operator's command as it travels, whichever way. Whoever applies it checks the signature: HMAC-SHA256 of
 * `signedText` by the secret of the key that `operator` names, in hex.
 */
export const commandEnvelope = z.strictObject(
  {
    /** Made before the command is first sent. Sent again, it is applied once and gets its first answer. */
    id: z.string().min(1).max(256),
    kind: z.string().min(1).max(64),
    target: z.string().min(1).max(128),
    /** JSON of what is asked, as it was signed. */
    body: z.string().min(2).max(maxEnvelopeBytes),
    /** The command is refused unless its target is at this version. 0: unless there is no such target. */
    expects: z.int().min(0).optional(),
    /** The key that has signed it: who asks, for the audit. */
    operator: z.string().min(1).max(128),
    /** Why, in the operator's words. */
    reason: z.string().min(1).max(1024).optional(),
    /** When it was signed, ms since 1970 by the operator's clock. It is good for `goodForMs` from then on. */
    at: z.int().min(0),
    /** Absent: it is refused, and told how to sign. */
    signature: z.string().max(128).optional(),
  },
  { error: ({ code }) => (code === 'unrecognized_keys' ? howToSign : undefined) },
);
export type CommandEnvelope = z.output<typeof commandEnvelope>;

/**
 * How long (ms) a signed command may be on its way, a week: what is older is refused, so that nobody can give
 * a command again that the audit has forgotten. Shorter than the audit ever keeps one.
 */
export const goodForMs = 7 * 24 * 3_600_000;

const purpose = 'command of an operator';

/**
 * What is signed: each part after its length in bytes of UTF-8 and a colon, in this order; a part that is
 * absent is empty. The domain is one of them, so a command of one fleet is no command of another.
 */
export const signedText = (domain: string, it: Omit<CommandEnvelope, 'signature'>): string =>
  [
    ...[purpose, domain, it.kind, it.target, it.id, it.body, it.operator, String(it.at)],
    ...[it.expects === undefined ? '' : String(it.expects), it.reason ?? ''],
  ]
    .map((part) => `${new TextEncoder().encode(part).length}:${part}`)
    .join('');

/**
 * A job that carries an operator's command: on its queue is the signed command, with the job's item as its
 * body.
 */
export const signed = <Item, Result>(job: Job<Item, Result>): Job<CommandEnvelope, Result> => ({
  ...job,
  item: commandEnvelope,
});

/** What an id was used for: another command under the same id is refused. */
export interface CommandOf {
  readonly kind: string;
  readonly target: string;
}

/** Why a command is refused whose id was used for another one; `undefined` where it is the same. */
export const otherCommand = (
  id: string,
  known: CommandOf,
  { kind, target }: CommandOf,
): string | undefined =>
  known.kind === kind && known.target === target
    ? undefined
    : `id: command ${id} is ${known.kind} of ${known.target} already; give each command an id of its own`;

/** What became of a command. Its caller is told, and a repeat of it is told the same. */
export type CommandVerdict =
  | { readonly kind: 'done'; readonly result: unknown }
  | { readonly kind: 'refused'; readonly reason: string }
  /** Its caller gave it up before it was applied; it never will be. */
  | { readonly kind: 'withdrawn' };

/**
 * A verdict as its caller is told it. `of`: the command that it is on; another one may have been given the
 * same id.
 */
export type ToldVerdict = CommandVerdict & { readonly of?: CommandOf };

/**
 * How a command stands, as `keys.command` has it: `waiting`, `applying` (a worker decides on it),
 * `withdrawn`, or its verdict.
 */
export type CommandState = 'waiting' | 'applying' | ToldVerdict;

export function readCommandState(text: string): CommandState {
  if (text === 'withdrawn') return { kind: 'withdrawn' };
  return text === 'waiting' || text === 'applying' ? text : (JSON.parse(text) as ToldVerdict);
}
