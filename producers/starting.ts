import { randomUUID } from 'node:crypto';
import type { Actor, Job } from '../jobs/contract.ts';
import type { InstalledConfiguration } from '../jobs/matchmaking/configuration.ts';
import { withoutRatings } from '../jobs/matchmaking/rating-attributes.ts';
import { ticketProblems } from '../jobs/matchmaking/rule-set/check-ticket.ts';
import {
  mostVersions,
  type Starting,
  type StartVerdict,
  startSettings,
} from '../jobs/matchmaking/start-call.ts';
import { startTarget } from '../jobs/matchmaking/start-request.ts';
import type { TicketPlayer } from '../jobs/matchmaking/ticket.ts';
import { uncompared } from '../jobs/matchmaking/uncompared.ts';
import type { Admit } from './admission.ts';
import type { Call, Calling, CallOptions } from './call.ts';
import type { openConfigurations } from './configurations.ts';
import { parse } from './parse.ts';
import type { ProducerQueues } from './queues.ts';
import { RequestError } from './request-error.ts';

/** A ticket as it stands when its start call returns. */
export type StartedTicket = {
  readonly ticketId: string;
  readonly status: 'SEARCHING';
  readonly startTime: string;
};

export interface StartingParts {
  readonly call: Call;
  readonly admit: Admit;
  readonly configurations: ReturnType<typeof openConfigurations>;
  readonly queues: ProducerQueues;
}

type Found = Awaited<ReturnType<ReturnType<typeof openConfigurations>['find']>>;

/** How tickets of a kind are started. */
interface Kind {
  readonly job: Pick<Job, 'kind' | 'askedBy'>;
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

/** A configuration as this client knows it, and how long its tickets wait. */
interface Known {
  readonly found: Found;
  readonly estimatedWait: number | undefined;
}

/** One ticket of a call, until it has its result. */
interface Asked {
  readonly at: number;
  readonly request: unknown;
  readonly configuration: string;
  readonly madeId: string;
  readonly callId: string;
}

type Result = PromiseSettledResult<StartedTicket>;

/**
 * Starts tickets in one pass: all are checked, then sent together. Each is checked against the configuration as this client knows
 * it, which is read again where it is another by now.
 */
export function openStarting({ call, admit, configurations, queues }: StartingParts) {
  const startTogether = async (
    requests: readonly unknown[],
    { actor, underWay }: Calling,
    kind: Kind,
  ): Promise<Result[]> => {
    const results: Result[] = [];
    const trying = <T>(at: number, step: () => T): T[] => {
      try {
        return [step()];
      } catch (reason) {
        results[at] = { status: 'rejected', reason };
        return [];
      }
    };
    let left = requests.flatMap((request, at) => trying(at, () => askedOf(request, at)));
    for (let tries = 0; tries < mostVersions && left.length > 0; tries++) {
      const known = await knownOf(left, kind);
      let ready = left.flatMap((asked) =>
        trying(asked.at, () => ({ asked, ticket: toTicket(asked, known, actor, kind) })),
      );
      if (tries === 0 && ready.length > 0) {
        const admitted = await admit({ underWay, of: ready.length });
        if (admitted < ready.length) {
          const [refusal] = await Promise.allSettled([admit({ underWay })]);
          for (const { asked } of ready.slice(admitted)) results[asked.at] = refusal as PromiseRejectedResult;
          ready = ready.slice(0, admitted);
        }
      }
      const verdicts = await Promise.allSettled(ready.map(({ ticket }) => kind.send(ticket)));
      left = ready.flatMap(({ asked, ticket }, index) => {
        const result = resultOf(ticket, verdicts[index]);
        if (result) results[asked.at] = result;
        else configurations.forget(ticket.configuration);
        return result ? [] : [asked];
      });
    }
    for (const { at } of left)
      trying(at, () => {
        throw new RequestError('unavailable', 'configuration: it changes too fast; nothing was started');
      });
    return results;
  };

  const knownOf = async (asked: readonly Asked[], { estimate }: Kind): Promise<Map<string, Known>> => {
    const names = [...new Set(asked.map((it) => it.configuration))];
    const known = names.map(async (name) => {
      const found = await configurations.find(name);
      return [name, { found, estimatedWait: found.installed && (await estimate?.(name)) }] as const;
    });
    return new Map(await Promise.all(known));
  };

  const toTicket = (asked: Asked, known: ReadonlyMap<string, Known>, actor: Actor, kind: Kind): Starting => {
    const { configuration, request, madeId, callId } = asked;
    const { found, estimatedWait } = known.get(configuration) ?? {};
    if (!found?.installed)
      throw new RequestError('not-found', `configuration: ${configuration} does not exist`);
    const { installed, ruleSet, poolOf } = found;
    const { ticketId = madeId, players: given } = kind.read(request, { ...found, installed }, actor);
    const players = withoutRatings(given, installed.configuration.ratingAttributes);
    const problem = ruleSet && ticketProblems(ruleSet, { players, backfill: kind.isBackfill });
    if (problem) throw new RequestError('invalid-request', problem);
    return {
      ...{ ticketId, configuration, players, actor, callId, estimatedWait },
      ...startSettings(installed),
      playersText: JSON.stringify(players),
      pool: poolOf(players),
      trace: queues.trace(),
    };
  };

  /** Each succeeds or fails alone, in the order given. */
  const startAll = async (
    requests: readonly unknown[],
    options: CallOptions,
    kind: Kind,
  ): Promise<Result[]> => {
    try {
      const work = (calling: Calling) => startTogether(requests, calling, kind);
      return await call(kind.job, options, work, requests.length);
    } catch (reason) {
      return requests.map(() => ({ status: 'rejected', reason }));
    }
  };

  return {
    startAll,
    async start(request: unknown, options: CallOptions, kind: Kind): Promise<StartedTicket> {
      const [result] = await startAll([request], options, kind);
      if (result?.status === 'fulfilled') return result.value;
      throw result?.reason;
    },
  };
}

const askedOf = (request: unknown, at: number): Asked => ({
  ...{ at, request, madeId: randomUUID(), callId: randomUUID() },
  configuration: parse(startTarget, request).configuration,
});

/** `undefined`: its configuration has another version by now. */
function resultOf(
  { ticketId }: Starting,
  sent: PromiseSettledResult<StartVerdict> | undefined,
): Result | undefined {
  if (sent?.status !== 'fulfilled') return sent;
  const verdict = sent.value;
  if (verdict.kind === 'outdated') return undefined;
  if (verdict.kind === 'uncompared')
    return { status: 'rejected', reason: new RequestError('unavailable', uncompared) };
  if (verdict.kind === 'refused')
    return { status: 'rejected', reason: new RequestError(verdict.as, verdict.reason) };
  const startTime = new Date(verdict.startTime).toISOString();
  return { status: 'fulfilled', value: { ticketId, status: 'SEARCHING', startTime } };
}
