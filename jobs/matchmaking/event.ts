/** Event types of FlexMatch. Their names differ from ticket statuses. */
export type EventType =
  | 'MatchmakingSearching'
  | 'PotentialMatchCreated'
  | 'AcceptMatch'
  | 'AcceptMatchCompleted'
  | 'MatchmakingSucceeded'
  | 'MatchmakingTimedOut'
  | 'MatchmakingCancelled'
  | 'MatchmakingFailed';

interface EventPlayer {
  readonly playerId: string;
  readonly team?: string;
}

interface EventTicket<Time> {
  readonly ticketId: string;
  readonly startTime: Time;
  readonly players: readonly EventPlayer[];
}

/** An entry of the event stream, as scripts write it: compact, times in ms. */
export interface StoredEvent {
  readonly type: EventType;
  readonly time: number;
  readonly configuration: string;
  readonly detail: Readonly<Record<string, unknown>> & { readonly tickets: readonly EventTicket<number>[] };
}

/** A FlexMatch event as EventBridge and SNS carry it. */
export interface MatchmakingEvent {
  readonly version: '0';
  readonly id: string;
  readonly 'detail-type': 'GameLift Matchmaking Event';
  readonly source: 'aws.gamelift';
  readonly account: string;
  readonly time: string;
  readonly region: string;
  readonly resources: readonly string[];
  readonly detail: Readonly<Record<string, unknown>> & {
    readonly type: EventType;
    readonly tickets: readonly EventTicket<string>[];
    readonly gameSessionInfo: { readonly players: readonly EventPlayer[] };
  };
}

/** Where events say they come from. */
export interface EventOrigin {
  readonly account: string;
  readonly region: string;
}

/** Gives the `number`-th event of a domain FlexMatch's envelope; its id is the same for every reader. */
export function toEvent(
  number: number,
  stored: StoredEvent,
  origin: EventOrigin,
  iso: (ms: number) => string,
): MatchmakingEvent {
  const { type, time, configuration, detail } = stored;
  const tickets = detail.tickets.map((ticket) => ({ ...ticket, startTime: iso(ticket.startTime) }));
  return {
    version: '0',
    id: idOf(time, number),
    'detail-type': 'GameLift Matchmaking Event',
    source: 'aws.gamelift',
    account: origin.account,
    time: iso(time),
    region: origin.region,
    resources: [
      `arn:aws:gamelift:${origin.region}:${origin.account}:matchmakingconfiguration/${configuration}`,
    ],
    detail: {
      ...detail,
      type,
      tickets,
      gameSessionInfo: { players: tickets.flatMap((ticket) => ticket.players) },
    },
  };
}

/** A UUID (version 8, RFC 9562) of time and number. */
function idOf(time: number, number: number): string {
  const ms = time.toString(16).padStart(12, '0');
  return `${ms.slice(0, 8)}-${ms.slice(8)}-8000-a000-${number.toString(16).padStart(12, '0')}`;
}
