import { createHash, randomUUID } from 'node:crypto';
import type { InstalledConfiguration } from '../../jobs/configuration/configuration.ts';
import { withoutTaken } from '../../jobs/configuration/rating-attributes.ts';
import type { Actor } from '../../jobs/contract.ts';
import {
  mostVersions,
  type Starting,
  type StartVerdict,
  startSettings,
} from '../../jobs/matchmaking/start-call.ts';
import { uncompared } from '../../jobs/matchmaking/uncompared.ts';
import type { CallName } from '../../jobs/permissions.ts';
import { problemsIn } from '../../jobs/problem-list.ts';
import { ticketProblems } from '../../jobs/rule-set/check-ticket.ts';
import { ordinaryTarget } from '../../jobs/ticket/ordinary-party.ts';
import { startTarget } from '../../jobs/ticket/start-request.ts';
import type { TicketPlayer } from '../../jobs/ticket/ticket.ts';
import type { Call, Calling, CallOptions } from '../call.ts';
import { reaching } from '../connection/connection.ts';
import type { StartedTicket } from '../matchmaking-client.ts';
import { parse } from '../parse.ts';
import type { ProducerQueues } from '../queue/queues.ts';
import { at, RequestError } from '../request-error.ts';
import type { Admit } from './admission.ts';
import type { InstalledReader } from './configurations.ts';

export interface StartingParts {
  readonly call: Call;
  readonly admit: Admit;
  readonly configurations: InstalledReader;
  readonly queues: ProducerQueues;
  readonly whyAway: () => string;
}

type Found = Awaited<ReturnType<InstalledReader['find']>>;

/** How tickets of a kind are started. */
export interface StartKind {
  readonly call: CallName;
  /** What the caller gave, within the limits of the configuration. */
  readonly read: (
    request: unknown,
    found: Found & { readonly installed: InstalledConfiguration },
    actor: Actor,
  ) => { readonly ticketId?: string | undefined; readonly players: readonly TicketPlayer[] };
  readonly isBackfill: boolean;
  /** How long (ms) tickets of a configuration have waited lately, where its event tells. */
  readonly estimate?: (configuration: string) => Promise<number | undefined>;
  readonly send: (ticket: Starting) => Promise<StartVerdict>;
}

/** By name: a configuration as this client knows it, and how long its tickets wait. */
type Known = ReadonlyMap<string, { readonly found: Found; readonly estimatedWait: number | undefined }>;

/** One ticket of a call; `result` once it has one. */
interface Asked {
  readonly request: unknown;
  readonly madeId: string;
  readonly callId: string;
  configuration: string;
  result?: PromiseSettledResult<StartedTicket>;
}

const changesTooFast = () =>
  new RequestError('unavailable', at('configuration', 'it changes too fast; nothing was started'), {
    outcome: 'not-done',
  });

export type StartTickets = ReturnType<typeof openStarting>;

/**
 * Starts tickets in one pass: all are checked, then sent together. Each is checked against the configuration
 * as this client knows it, which is read again where it is another by now.
 */
export function openStarting({ call, admit, configurations, queues, whyAway }: StartingParts) {
  const startTogether = async (
    requests: readonly unknown[],
    { actor, underWay }: Calling,
    kind: StartKind,
    callId: string | undefined,
  ): Promise<PromiseSettledResult<StartedTicket>[]> => {
    const all = requests.map((request, at) => askedOf(request, at, callId));
    const open = () => all.filter((it) => it.result === undefined);
    for (let tries = 0; tries < mostVersions && open().length > 0; tries++) {
      const known = await knownOf(open(), kind);
      const tickets = new Map(open().map((it) => [it, attempt(it, () => toTicket(it, known, actor, kind))]));
      if (tries === 0 && open().length > 0) await admitFirst(open(), underWay);
      await Promise.all(open().map((it) => send(it, tickets.get(it), kind)));
    }
    return all.map((it) => it.result ?? { status: 'rejected', reason: changesTooFast() });
  };

  const knownOf = async (asked: readonly Asked[], { estimate }: StartKind): Promise<Known> => {
    const names = [...new Set(asked.map((it) => it.configuration))];
    const known = names.map(async (name) => {
      const found = await configurations.find(name);
      return [name, { found, estimatedWait: found.installed && (await estimate?.(name)) }] as const;
    });
    return new Map(await Promise.all(known));
  };

  const toTicket = (asked: Asked, known: Known, actor: Actor, kind: StartKind): Starting => {
    const { configuration, request, madeId, callId } = asked;
    const { found, estimatedWait } = known.get(configuration) ?? {};
    if (!found?.installed)
      throw new RequestError('not-found', at('configuration', `${configuration} does not exist`));
    const { installed, ruleSet, poolOf } = found;
    const { ticketId = madeId, players: given } = kind.read(request, { ...found, installed }, actor);
    const players = withoutTaken(given, installed.configuration);
    const problem = ruleSet && ticketProblems(ruleSet, { players, backfill: kind.isBackfill });
    if (problem) throw new RequestError('invalid-request', problemsIn(problem), { message: problem });
    return {
      ...{ ticketId, configuration, players, actor, callId, estimatedWait },
      ...startSettings(installed),
      playersText: JSON.stringify(players),
      pool: poolOf(players),
      trace: queues.trace(),
    };
  };

  /** Where not all may go on, the first do. */
  const admitFirst = async (asked: readonly Asked[], underWay: number): Promise<void> => {
    const admitted = await admit({ underWay, of: asked.length });
    if (admitted === asked.length) return;
    const [refusal] = await Promise.allSettled([admit({ underWay })]);
    for (const it of asked.slice(admitted)) it.result = refusal as PromiseRejectedResult;
  };

  /** Leaves it without a result where its configuration has another version by now. */
  const send = async (asked: Asked, ticket: Starting | undefined, kind: StartKind): Promise<void> => {
    if (!ticket) return;
    try {
      const verdict = await reaching(() => kind.send(ticket), whyAway);
      if (verdict.kind === 'outdated') return configurations.forget(ticket.configuration);
      if (verdict.kind === 'uncompared')
        throw new RequestError('unavailable', uncompared, { outcome: 'not-done' });
      if (verdict.kind === 'refused') throw refusal(verdict);
      const startTime = new Date(verdict.startTime).toISOString();
      asked.result = {
        status: 'fulfilled',
        value: { ticketId: ticket.ticketId, status: 'SEARCHING', startTime },
      };
    } catch (reason) {
      asked.result = { status: 'rejected', reason };
    }
  };

  /** Each succeeds or fails alone, in the order given. */
  const startAll = async (
    requests: readonly unknown[],
    options: CallOptions,
    kind: StartKind,
  ): Promise<PromiseSettledResult<StartedTicket>[]> => {
    try {
      const work = (calling: Calling) => startTogether(requests, calling, kind, options.callId);
      return await call(kind.call, options, work, requests.length);
    } catch (reason) {
      return requests.map(() => ({ status: 'rejected', reason }));
    }
  };

  return {
    startAll,
    async start(request: unknown, options: CallOptions, kind: StartKind): Promise<StartedTicket> {
      const [result] = await startAll([request], options, kind);
      if (result?.status === 'fulfilled') return result.value;
      throw result?.reason;
    },
  };
}

const refusal = ({ as, reason }: Extract<StartVerdict, { kind: 'refused' }>): RequestError => {
  const problems = problemsIn(reason);
  return as === 'unavailable'
    ? new RequestError(as, problems, { message: reason, outcome: 'not-done', overloaded: true })
    : new RequestError(as, problems, { message: reason });
};

/** `repeatable`: the call's id, where it has one; a call that is repeated has the same ids again. */
function askedOf(request: unknown, at: number, repeatable: string | undefined): Asked {
  const callId = repeatable === undefined ? randomUUID() : at === 0 ? repeatable : `${repeatable}-${at}`;
  const madeId = repeatable === undefined ? randomUUID() : idFor(callId);
  const asked: Asked = { request, madeId, callId, configuration: '' };
  attempt(asked, () => {
    asked.configuration = ordinaryTarget(request) ?? parse(startTarget, request).configuration;
  });
  return asked;
}

/** A ticket id that a repeat of the call makes again. */
const idFor = (callId: string): string =>
  createHash('sha256')
    .update(callId)
    .digest('hex')
    .slice(0, 32)
    .replace(/(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');

/** What a step gives; where it throws, that is the result. */
function attempt<T>(asked: Asked, step: () => T): T | undefined {
  try {
    return step();
  } catch (reason) {
    asked.result = { status: 'rejected', reason };
    return undefined;
  }
}
