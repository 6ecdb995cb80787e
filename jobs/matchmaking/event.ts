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
  /** From a potential match on; of a backfill ticket, whose players bring theirs, in all events but MatchmakingSearching. */
  readonly team?: string;
  /** Once they answered. */
  readonly accepted?: boolean;
  /** Where placement made one. */
  readonly playerSessionId?: string;
}

interface EventTicket<Time> {
  readonly ticketId: string;
  readonly startTime: Time;
  readonly players: readonly EventPlayer[];
}

/** Where a match is played. Standalone: the fleet places nothing, and events have players and teams only. */
interface GameSession {
  readonly gameSessionArn?: string;
  readonly ipAddress?: string;
  readonly port?: number;
  readonly dnsName?: string;
  readonly playerGatewayStatus?: string;
}

/** An entry of the event stream, as scripts write it: compact, times in ms. */
export interface StoredEvent {
  readonly type: EventType;
  readonly time: number;
  readonly configuration: string;
  readonly detail: Readonly<Record<string, unknown>> & {
    readonly tickets: readonly EventTicket<number>[];
    readonly gameSessionInfo?: GameSession;
  };
  /** Absent before its ticket has entered one. */
  readonly pool?: string;
  readonly customEventData?: string;
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
    readonly gameSessionInfo: GameSession & { readonly players: readonly EventPlayer[] };
    readonly customEventData?: string;
  };
}

/** Where events say they come from. */
export interface EventOrigin {
  readonly account: string;
  readonly region: string;
}

/** A configuration as GameLift would name it. */
export const configurationArn = ({ region, account }: EventOrigin, configuration: string): string =>
  `arn:aws:gamelift:${region}:${account}:matchmakingconfiguration/${configuration}`;

/** Reads a stream entry's flat list of names and values. */
export function storedEvent(fields: readonly string[]): StoredEvent {
  const values = new Map<string, string>();
  for (let at = 0; at < fields.length; at += 2) values.set(fields[at] ?? '', fields[at + 1] ?? '');
  const pool = values.get('pool');
  const customEventData = values.get('custom');
  return {
    type: values.get('type') as EventType,
    time: Number(values.get('time')),
    configuration: values.get('configuration') ?? '',
    detail: JSON.parse(values.get('detail') ?? '') as StoredEvent['detail'],
    ...(pool !== undefined && { pool }),
    ...(customEventData !== undefined && { customEventData }),
  };
}

/** Gives the `number`-th event of a domain FlexMatch's envelope; its id is the same for every reader. */
export function toEvent(
  number: number,
  stored: StoredEvent,
  origin: EventOrigin,
  iso: (ms: number) => string,
): MatchmakingEvent {
  const { type, time, configuration, detail, customEventData } = stored;
  const tickets = detail.tickets.map((ticket) => ({ ...ticket, startTime: iso(ticket.startTime) }));
  return {
    version: '0',
    id: idOf(time, number),
    'detail-type': 'GameLift Matchmaking Event',
    source: 'aws.gamelift',
    account: origin.account,
    time: iso(time),
    region: origin.region,
    resources: [configurationArn(origin, configuration)],
    detail: {
      ...detail,
      type,
      tickets,
      gameSessionInfo: { ...detail.gameSessionInfo, players: tickets.flatMap((ticket) => ticket.players) },
      ...(customEventData !== undefined && { customEventData }),
    },
  };
}

/** A UUID (version 8, RFC 9562) of time and number. */
function idOf(time: number, number: number): string {
  const ms = time.toString(16).padStart(12, '0');
  return `${ms.slice(0, 8)}-${ms.slice(8)}-8000-a000-${number.toString(16).padStart(12, '0')}`;
}
