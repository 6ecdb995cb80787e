import { type Entry, idNumber } from '../chain.ts';

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
  /**
   * From a potential match on; of a backfill ticket, whose players bring theirs, in all events but
   * MatchmakingSearching.
   */
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

/** An event as scripts write it into the stream: compact, times in ms. */
export interface StoredEvent {
  /** How many events there were up to and with it, unless the store went back. */
  readonly number: number;
  readonly type: EventType;
  /** When it happened, in Redis time. */
  readonly time: number;
  /** The same in fleet time. */
  readonly now: number;
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

/**
 * The events of a stream entry, as `jobs/scripts/libraries/events.lua` writes it: an event ends with its
 * detail, and has in common with the one before it what is not said again. Throws where nothing can be made
 * of it.
 */
export function storedEvents([id, fields]: Entry): StoredEvent[] {
  const said = new Map<string, string>();
  const events: Omit<StoredEvent, 'number'>[] = [];
  for (let at = 0; at < fields.length; at += 2) {
    const [name = '', value = ''] = [fields[at], fields[at + 1]];
    said.set(name, value);
    if (name !== 'detail') continue;
    const time = Number(said.get('time'));
    const detail = JSON.parse(value) as StoredEvent['detail'];
    const pool = said.get('pool');
    const customEventData = said.get('custom');
    events.push({
      type: said.get('type') as EventType,
      time,
      now: Number(said.get('now')),
      configuration: said.get('configuration') ?? '',
      // A ticket that searches for the first time was asked for when its event says so.
      detail: {
        ...detail,
        tickets: detail.tickets.map((it) => ({ ...it, startTime: it.startTime ?? time })),
      },
      ...(pool && { pool }),
      ...(customEventData && { customEventData }),
    });
  }
  const before = idNumber(id) - events.length;
  return events.map((event, at) => ({ number: before + at + 1, ...event }));
}

/** Gives an event FlexMatch's envelope; its id is the same for every reader. */
export function toEvent(
  stored: StoredEvent,
  origin: EventOrigin,
  iso: (ms: number) => string,
): MatchmakingEvent {
  const { number, type, time, configuration, detail, customEventData } = stored;
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
