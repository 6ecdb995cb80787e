import type { InstalledConfiguration } from '../configuration/configuration.ts';
import { takesAny } from '../configuration/rating-attributes.ts';
import type { Actor } from '../contract.ts';
import { writeLines } from '../lines.ts';
import type { TicketPlayer } from '../ticket/ticket.ts';
import { parseTraceHeader } from '../trace-header.ts';

/** A ticket as `jobs/scripts/start.lua` takes it. */
export interface Starting {
  readonly ticketId: string;
  readonly configuration: string;
  /** Version of the configuration that it was checked by. */
  readonly version: number;
  readonly pool: string;
  readonly timeoutMs: number;
  readonly players: readonly TicketPlayer[];
  /** The players as JSON, where the caller has made it. */
  readonly playersText?: string;
  readonly actor: Actor;
  /** The same when the call is repeated: it then gets its first answer again. */
  readonly callId: string;
  /** Header of the trace that its call belongs to; kept with the ticket unless that is not recorded. */
  readonly trace?: string | undefined;
  /**
   * How long (ms) tickets of its configuration have waited lately, as its event tells; absent: nobody knows.
   */
  readonly estimatedWait?: number | undefined;
  /** The players' ratings have to be read before it can be matched. */
  readonly unrated: boolean;
}

/** How often a start is tried that meets a newer version of its configuration each time. */
export const mostVersions = 3;

/** What a configuration in force makes of a ticket; its pool follows from the players. */
export const startSettings = ({ version, configuration }: InstalledConfiguration) => ({
  version,
  timeoutMs: configuration.requestTimeoutSeconds * 1_000,
  unrated: takesAny(configuration),
});

/** What became of a start. Only `searching` changed anything. */
export type StartVerdict =
  | { readonly kind: 'searching'; readonly sequence: number; readonly startTime: number }
  /** The configuration has another version by now: it is to be read again. */
  | { readonly kind: 'outdated' }
  /**
   * The store has just started or taken over, and the record may know another end of an earlier ticket: ask
   * again in a second.
   */
  | { readonly kind: 'uncompared' }
  | {
      readonly kind: 'refused';
      readonly as: 'conflict' | 'not-found' | 'unavailable';
      readonly reason: string;
    };

/** What the script returns. */
export type StartReply = [pools: string[], verdicts: [verdict: string, sequence?: string, start?: string][]];

/** What of a trace header is kept with a ticket: nothing where the trace is not recorded. */
export const keptTrace = (header: string | undefined): string =>
  parseTraceHeader(header)?.sampled === false ? '' : (header ?? '');

/** What many tickets have in common is told once. */
export function startArguments(tickets: readonly Starting[]): (string | number)[] {
  const kinds = new Map<string, number>();
  const common: (string | number)[] = [];
  const each: (string | number)[] = [];
  for (const ticket of tickets) {
    const { configuration, version, pool, timeoutMs } = ticket;
    const name = `${configuration} ${version} ${timeoutMs} ${pool}`;
    let kind = kinds.get(name);
    if (kind === undefined) {
      kind = kinds.size + 1;
      kinds.set(name, kind);
      common.push(configuration, version, pool, timeoutMs);
    }
    each.push(kind, ...ticketArguments(ticket));
  }
  return [kinds.size, ...common, ...each];
}

function ticketArguments(it: Starting): (string | number)[] {
  const playerIds = it.players.map((player) => player.playerId);
  const roster = `[${playerIds.map((id) => `{"playerId":${JSON.stringify(id)}}`).join(',')}]`;
  const estimate = it.estimatedWait === undefined ? '' : String(it.estimatedWait);
  const lines = writeLines([
    it.ticketId,
    it.configuration,
    '',
    it.unrated ? '1' : '',
    keptTrace(it.trace),
    estimate,
    JSON.stringify(it.actor),
    roster,
    it.playersText ?? JSON.stringify(it.players),
  ]);
  const view = `{"ticketId":${JSON.stringify(it.ticketId)},"players":${roster}}`;
  const detail = `{"tickets":[${view}],"estimatedWaitMillis":${estimate || '"NOT_AVAILABLE"'}}`;
  return [it.ticketId, it.callId, lines, detail, playerIds.length, ...playerIds];
}

/** Per ticket, in order. Throws for an answer that the script does not give. */
export const readVerdicts = (tickets: readonly Starting[], [, verdicts]: StartReply): StartVerdict[] =>
  tickets.map((ticket, index) => readVerdict(ticket, verdicts[index] ?? ['lost']));

export function readVerdict(
  { ticketId, configuration }: Pick<Starting, 'ticketId' | 'configuration'>,
  [verdict, sequence, startTime]: StartReply[1][number],
): StartVerdict {
  const [word = '', detail] = [verdict.split(':', 1)[0], verdict.slice(verdict.indexOf(':') + 1)];
  switch (word) {
    case 'searching':
      return { kind: 'searching', sequence: Number(sequence), startTime: Number(startTime) };
    case 'outdated':
    case 'uncompared':
      return { kind: word };
    case 'taken':
      return refuse(
        'conflict',
        `ticketId: ${ticketId} was used before (${detail}); a retry needs a new ticket id`,
      );
    case 'unknown-configuration':
      return refuse('not-found', `configuration: ${configuration} does not exist`);
    case 'behind':
      return refuse(
        'unavailable',
        `configuration: matchmaking of ${configuration} is ${Math.round(Number(detail) / 1_000)} s behind and takes no new tickets until it has caught up; nothing was queued`,
      );
    case 'placing':
      return refuse(
        'conflict',
        `players: ${detail} is being placed by an earlier ticket; start again when it is COMPLETED or FAILED`,
      );
    default:
      throw new Error(`the script answered ${verdict}`);
  }
}

export const refuse = (as: 'conflict' | 'not-found' | 'unavailable', reason: string): StartVerdict => ({
  kind: 'refused',
  as,
  reason,
});
