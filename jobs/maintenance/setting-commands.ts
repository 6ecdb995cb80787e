import { z } from 'zod';
import { inEitherSpelling } from '../aws-spelling.ts';
import type { Command } from '../commands.ts';
import { configuration } from '../configuration/configuration.ts';
import { keptFailures, queueNames } from '../contract.ts';
import { resourceName } from '../ids.ts';
import { tagging } from './change-settings.ts';
import { applyCommands } from './jobs.ts';

/**
 * The chain of settings and pauses: all of them are applied in one order, since one may need what another has
 * put.
 */
export const settingsChain = 'settings';

/** At most one is active and one waiting: what is appended during one is seen by it or by the next. */
const once = { deduplication: { id: applyCommands.kind, keepLastIfActive: true }, removeOnComplete: true };

const settingCommand = <Item extends { readonly name: string }, Result>(
  kind: string,
  item: z.ZodType<Item>,
  result: z.ZodType<Result>,
): Command<Item, Result> => ({
  kind,
  item,
  result,
  chainOf: () => settingsChain,
  targetOf: ({ name }) => name,
  wakeUp: () => ({ job: applyCommands, item: {}, options: once }),
});

const named = z.strictObject({ name: resourceName });
const versioned = z.object({ version: z.int() });
const nothing = z.object({});

/**
 * Stores a new version of a rule set, for every configuration that names it. The same body again is the same
 * version. Result: `{ version, warnings }`.
 */
export const putRuleSet = settingCommand(
  'put-rule-set',
  inEitherSpelling(z.strictObject({ name: resourceName, body: z.string().min(1).max(65_535) })),
  versioned.extend({ warnings: z.array(z.object({ path: z.string(), message: z.string() })) }),
);

/** Deletes a rule set that no configuration names. Result: `{ version }`, the one that says so. */
export const deleteRuleSet = settingCommand('delete-rule-set', named, versioned);

/**
 * Stores a new version of a configuration and gives workers and producers their copy. Result: `{ version }`.
 */
export const putConfiguration = settingCommand('put-configuration', configuration, versioned);

/** Deletes a configuration in which no ticket searches. Result: `{ version }`, the one that says so. */
export const deleteConfiguration = settingCommand('delete-configuration', named, versioned);

/**
 * Pauses a configuration: its tickets enter and time out, and no match is formed. Result: `{ pausedSince }`,
 * ms since 1970; of one that was paused before, since then.
 */
export const pauseConfiguration = settingCommand(
  'pause-configuration',
  named,
  z.object({ pausedSince: z.number() }),
);

/** Lets a paused configuration go on. Result: `{}`. */
export const resumeConfiguration = settingCommand('resume-configuration', named, nothing);

const aQueue = z.strictObject({ name: z.enum(queueNames) });

/**
 * Lets no worker take jobs of a queue, until it is resumed. Result: `{}`. Of `maintenance` too: the job that
 * applies this comes to its end, and no command is applied from then on.
 */
export const pauseQueue = settingCommand('pause-queue', aQueue, nothing);

/** Lets workers take jobs of a queue again. Result: `{}`. */
export const resumeQueue = settingCommand('resume-queue', aQueue, nothing);

/**
 * Sets and takes away tags of a rule set or a configuration, which has to exist; at most 50 may come of it.
 * Tags go with what they are of. Result: `{}`.
 */
export const tagSetting = settingCommand('tag-setting', tagging, nothing);

/**
 * Tries failed jobs of a queue again, with fresh attempts. Result: `{ retried }`, the ids of those that had
 * failed.
 */
export const retryJobs = settingCommand(
  'retry-jobs',
  aQueue.extend({ jobs: z.array(z.string().min(1).max(1_024)).min(1).max(keptFailures) }),
  z.object({ retried: z.array(z.string()) }),
);

export const settingCommands = [
  putRuleSet,
  deleteRuleSet,
  putConfiguration,
  deleteConfiguration,
  pauseConfiguration,
  resumeConfiguration,
  pauseQueue,
  resumeQueue,
  retryJobs,
  tagSetting,
] as const;
