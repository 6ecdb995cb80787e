import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import {
  type Command,
  type CommandEnvelope,
  type CommandState,
  otherCommand,
  readCommandState,
  signed,
} from '../../jobs/commands.ts';
import type { Job } from '../../jobs/contract.ts';
import { domainKeys, poolTag } from '../../jobs/keys.ts';
import type { CommandName } from '../../jobs/permissions.ts';
import type { Call, Calling, CallOptions } from '../call.ts';
import { openScript } from '../connection/script.ts';
import { parse, resultOf } from '../parse.ts';
import type { ProducerQueues } from '../queue/queues.ts';
import { openTelling, whyStands } from '../queue/why-waits.ts';
import { RequestError, refused } from '../request-error.ts';
import type { SignCommand } from './signing.ts';

export interface CommandOptions extends CallOptions {
  /** Why, kept with the command; at most 1,024 characters. Default: the client's. */
  readonly reason?: string;
  /**
   * The command's id. A command that is given again with the same id is applied once and gets its first
   * answer. Default: a new one.
   */
  readonly commandId?: string;
  /**
   * Refused, with a reason that begins with `expects:`, unless its target is at this version; 0: unless there
   * is none.
   */
  readonly expects?: number;
}

/** How often (ms) a caller looks for the verdict, and how long it waits for one. */
const pollMs = 25;
const verdictMs = 30_000;
/** How long (ms) it takes at most to withdraw a command. */
const withdrawMs = 1_000;

export interface CommandParts {
  readonly redis: Redis;
  readonly domain: string;
  readonly call: Call;
  readonly queues: ProducerQueues;
  readonly onError: (error: Error) => void;
  readonly sign: SignCommand;
}

/** Gives an operator's command and waits until it is decided. Resolves to its result. */
export type GiveCommand = <Item, Result>(
  name: CommandName,
  command: Command<Item, Result>,
  item: unknown,
  options: CommandOptions,
  check?: (item: Item) => void,
) => Promise<Result>;

/**
 * Operators' commands: appended to their chain, applied in its order by a worker. A caller that stops waiting
 * withdraws the command; where a worker is applying it already, `pending` is thrown.
 */
export function openCommands(parts: CommandParts): GiveCommand {
  const { redis, domain, call, queues, onError, sign } = parts;
  const keys = domainKeys(domain);
  const append = openScript<string>(redis, poolTag(domain), 'append-command');
  const withdraw = openScript<string>(redis, poolTag(domain), 'withdraw-command');

  /** Appending is what counts: where the wake-up is lost the clock has the chain applied within a second. */
  const send = async <Item>(command: Command<Item>, item: Item, envelope: CommandEnvelope) => {
    const answer = await append(command.chainOf(item), envelope.id, JSON.stringify(envelope));
    if (answer === 'full')
      throw new RequestError(
        'unavailable',
        'too many commands wait to be applied, nothing was changed; is a worker serving maintenance?',
        { outcome: 'not-done' },
      );
    const { job, item: waking, options } = command.wakeUp(item);
    const asFleet = { kind: 'service', name: 'client' } as const;
    await queues.add(job, [waking], asFleet, options).catch(onError);
    return readCommandState(answer);
  };

  const why = () => whyStands(queues.queues.maintenance);

  const waitFor = async (id: string, first: CommandState, signal: AbortSignal | undefined) => {
    let state = first;
    const telling = openTelling(why, queues.onWait);
    for (const until = Date.now() + verdictMs; typeof state === 'string' && Date.now() < until; ) {
      if (signal?.aborted) break;
      await pause(pollMs);
      await telling.look();
      state = readCommandState((await redis.get(keys.command(id))) ?? 'waiting');
    }
    return typeof state === 'string' ? giveUp(id, signal) : state;
  };

  const giveUp = async (id: string, signal: AbortSignal | undefined): Promise<CommandState> => {
    const state = readCommandState(await withdraw(id));
    if (typeof state !== 'string' && state.kind === 'withdrawn') signal?.throwIfAborted();
    return state;
  };

  return async <Item, Result>(
    name: CommandName,
    command: Command<Item, Result>,
    given: unknown,
    { reason, commandId = randomUUID(), expects, ...options }: CommandOptions,
    check?: (item: Item) => void,
  ): Promise<Result> => {
    const work = async ({ signal }: Calling): Promise<Result> => {
      const item = parse(command.item, given);
      check?.(item);
      const { kind } = command;
      const target = command.targetOf(item);
      const asked = sign({ id: commandId, kind, target, item, expects, reason }, options.operatorKey);
      const state = await waitFor(commandId, await send(command, item, asked), signal);
      if (typeof state === 'string') throw pending(kind, commandId);
      const other = 'of' in state && state.of && otherCommand(commandId, state.of, asked);
      if (other) throw new RequestError('conflict', other);
      if (state.kind === 'done') return resultOf(command, state.result);
      if (state.kind === 'refused') throw refused(state.reason);
      throw new RequestError(
        'unavailable',
        `no worker applied ${kind} of ${target} within ${verdictMs / 1_000} s; it is withdrawn and will not be applied (${(await why()) ?? 'is a worker serving maintenance?'})`,
        { outcome: 'not-done' },
      );
    };
    let ended: Promise<Result> | undefined;
    try {
      return await call(name, options, (calling) => {
        ended = work(calling);
        return ended;
      });
    } catch (error) {
      if (!ended || !options.signal?.aborted) throw error;
      // The caller stops waiting; whether that withdraws the command is known in a moment.
      const late = pause(withdrawMs, undefined, { ref: false }).then((): never => {
        throw pending(command.kind, commandId);
      });
      return Promise.race([ended, late]);
    }
  };
}

const pending = (kind: string, commandId: string): RequestError =>
  new RequestError(
    'pending',
    `${kind} may be applied yet; give it again as command ${commandId} to learn what became of it`,
  );

/** Gives an operator's command that a job carries, such as those of a ladder, and waits for its verdict. */
export type GiveByJob = <Item, Result>(
  name: CommandName,
  job: Job<Item, Result>,
  target: (item: Item) => string,
  request: unknown,
  options: CommandOptions,
) => Promise<Result>;

export const openJobCommands =
  ({ call, queues, sign }: Pick<CommandParts, 'call' | 'queues' | 'sign'>): GiveByJob =>
  (name, job, targetOf, request, { reason, commandId, expects, ...options }) =>
    call(name, options, async (calling) => {
      const item = parse(job.item, request);
      const command = {
        kind: job.kind,
        target: targetOf(item),
        item,
        id: commandId ?? options.callId,
        expects,
        reason,
      };
      return queues.ask(signed(job), sign(command, options.operatorKey), calling, job.timeoutMs);
    });
