import type { Redis } from 'ioredis';
import type { Db } from 'mongodb';
import { poolTag } from '../../jobs/keys.ts';
import type { InstalledConfiguration } from '../../jobs/matchmaking/configuration.ts';
import type { MatchmakingEvent } from '../../jobs/matchmaking/event.ts';
import type { TicketStatus } from '../../jobs/matchmaking/ticket.ts';
import { readEvents } from '../../producers/events.ts';
import type { MatchRecord } from '../../workers/records/matches.ts';
import type { PlayerRecord } from '../../workers/records/players.ts';
import type { RatingChangeRecord } from '../../workers/records/rating-changes.ts';
import type { RuleSetRecord } from '../../workers/records/rule-sets.ts';
import type { TicketRecord } from '../../workers/records/tickets.ts';
import { keysOf } from './domain.ts';

/** A ticket as the queue Redis holds it; times in ms. */
export interface HeldTicket {
  readonly ticketId: string;
  readonly status: TicketStatus;
  readonly playerIds: readonly string[];
  readonly start: number;
  /** Absent while it has not ended. */
  readonly end?: number;
  readonly pool: string;
  readonly matchId: string;
  readonly backfill: boolean;
}

/** All that the stores of one domain hold about its tickets and matches. */
export interface Holdings {
  readonly tickets: readonly HeldTicket[];
  /** Ticket ids of each pool that has any. */
  readonly pools: ReadonlyMap<string, readonly string[]>;
  /** Ticket ids waiting to enter. */
  readonly reservations: readonly string[];
  /** Match ids players are asked about. */
  readonly proposals: readonly string[];
  /** Match ids decided and not confirmed. */
  readonly outbox: readonly string[];
  /** The domain's events from the first kept on. */
  readonly events: readonly MatchmakingEvent[];
  /** Whether the event stream has all numbers from 1 to the latest. */
  readonly eventsComplete: boolean;
  readonly matches: readonly MatchRecord[];
  /** Tickets as DocumentDB has them: which match each ended in. */
  readonly claims: readonly TicketRecord[];
  readonly players: readonly PlayerRecord[];
  readonly ratingChanges: readonly RatingChangeRecord[];
  /** JSON texts by `<name>@<version>`. */
  readonly ruleSets: ReadonlyMap<string, string>;
}

export interface StoresOfDomain {
  readonly redis: Redis;
  readonly domain: string;
  readonly db: Db;
}

const origin = { account: '000000000000', region: 'us-east-1' };

/** Reads everything. Only what stands still meanwhile is of one moment. */
export async function readHoldings({ redis, domain, db }: StoresOfDomain): Promise<Holdings> {
  const key = (name: string) => `${poolTag(domain)}:${name}`;
  const idsOf = async (name: string) =>
    (await keysOf(redis, key(`${name}:*`))).map((found) => found.slice(key(`${name}:`).length));
  const all = <Document>(name: string) =>
    db.collection(name).find().toArray() as unknown as Promise<Document[]>;

  const [tickets, pools, reservations, proposals, outbox, events, latest, configurations] = await Promise.all(
    [
      idsOf('ticket').then((ids) => Promise.all(ids.map((id) => readTicket(redis, key(`ticket:${id}`), id)))),
      idsOf('pool').then((names) =>
        Promise.all(
          names.map(async (name) => [name, await redis.zrange(key(`pool:${name}`), '0', '-1')] as const),
        ),
      ),
      redis.zrange(key('reservations'), '0', '-1'),
      redis.zrange(key('proposals'), '0', '-1'),
      redis.hkeys(key('outbox')),
      eventsOf(redis, domain),
      redis.get(key('event-number')),
      idsOf('configuration').then((names) =>
        Promise.all(names.map((name) => redis.hget(key(`configuration:${name}`), 'body'))),
      ),
    ],
  );
  const stored = await all<RuleSetRecord>('rule_sets');
  const installed = configurations.map(
    (body) => (JSON.parse(body ?? '{}') as InstalledConfiguration).ruleSet,
  );
  return {
    tickets: tickets.flatMap((ticket) => ticket ?? []),
    pools: new Map(pools),
    reservations,
    proposals,
    outbox,
    events,
    eventsComplete: events.length === Number(latest ?? 0),
    matches: await all<MatchRecord>('matches'),
    claims: await all<TicketRecord>('tickets'),
    players: await all<PlayerRecord>('players'),
    ratingChanges: await all<RatingChangeRecord>('rating_changes'),
    ruleSets: new Map([...installed, ...stored].map((it) => [`${it.name}@${it.version}`, it.body])),
  };
}

/** A reserved ticket; `undefined` for a mark that a stop left for a ticket still to come. */
async function readTicket(redis: Redis, key: string, ticketId: string): Promise<HeldTicket | undefined> {
  const held = await redis.hgetall(key);
  if (!held['roster']) return undefined;
  const roster = JSON.parse(held['roster']) as { playerId: string }[];
  return {
    ticketId,
    status: held['status'] as TicketStatus,
    playerIds: roster.map((it) => it.playerId),
    start: Number(held['start']),
    ...(held['end'] && { end: Number(held['end']) }),
    pool: held['pool'] ?? '',
    matchId: held['match'] ?? '',
    backfill: held['fills'] !== undefined,
  };
}

/** Every event kept, up to the latest when it was asked. */
async function eventsOf(redis: Redis, domain: string): Promise<MatchmakingEvent[]> {
  const latest = Number((await redis.get(`${poolTag(domain)}:event-number`)) ?? 0);
  const heard: MatchmakingEvent[] = [];
  if (latest === 0) return heard;
  for await (const item of readEvents(redis, domain, { from: 0, origin, onError: () => undefined })) {
    if (item.kind === 'event') heard.push(item.event);
    if (item.position >= latest) break;
  }
  return heard;
}
