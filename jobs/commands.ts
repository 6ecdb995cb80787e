import { z } from 'zod';
import type { Job } from './contract.ts';

/**
 * A kind of operator's command. It is appended to a chain (`scripts/append-command.lua`), applied once and in the chain's
 * order, and answered with a verdict. A chain is known by its name; the commands of one target share one.
 */
export interface Command<Item = never> {
  /** Stable string, stored in Redis and in the audit. */
  readonly kind: string;
  readonly item: z.ZodType<Item>;
  readonly askedBy: 'services';
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

/** A command as it travels in its chain. */
export const commandEnvelope = z.strictObject({
  /** Made before the command is first sent. Sent again, it is applied once and gets its first answer. */
  id: z.string().min(1).max(128),
  kind: z.string().min(1).max(64),
  target: z.string().min(1).max(128),
  item: z.unknown(),
  /** The version that its target has to be at, or the command is refused; 0: there is none. */
  expects: z.int().min(0).optional(),
  /** Who asked. */
  operator: z.string().min(1).max(128),
  /** Why, in the operator's words. */
  reason: z.string().min(1).max(1024).optional(),
  /** When, ms since 1970 by the operator's clock: for the audit, never for a decision. */
  at: z.number(),
});
export type CommandEnvelope = z.output<typeof commandEnvelope>;

/** What became of a command. Its caller is told, and a repeat of it is told the same. */
export type CommandVerdict =
  | { readonly kind: 'done'; readonly result: unknown }
  | { readonly kind: 'refused'; readonly reason: string }
  /** Its caller gave it up before it was applied; it never will be. */
  | { readonly kind: 'withdrawn' };

/**
 * How a command stands, as `keys.command` has it: `waiting`, `applying` (a worker decides on it), `withdrawn`, or its
 * verdict.
 */
export type CommandState = 'waiting' | 'applying' | CommandVerdict;

export function readCommandState(text: string): CommandState {
  if (text === 'withdrawn') return { kind: 'withdrawn' };
  return text === 'waiting' || text === 'applying' ? text : (JSON.parse(text) as CommandVerdict);
}
