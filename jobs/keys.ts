import type { QueueName } from './contract.ts';

/** A domain's name: it stands between the braces of hash tags. */
export const domainForm = /^[a-z0-9-]{1,32}$/;
export const domainProblem = 'only a-z, 0-9 and "-" (at most 32)';

/**
 * Every key of the fleet on the queue Redis, beside BullMQ's own.
 *
 * One domain (a region, a title) is one hash tag per queue: `{main.matchmaking}`. All that a matchmaking script touches
 * carries that tag, so each script is atomic over it in cluster mode too. Scripts take the tag as `KEYS[1]` and build
 * the names below themselves.
 *
 * | key | type | holds |
 * |---|---|---|
 * | `clock` | string | the latest Redis time any script saw, ms: time that never goes backwards |
 * | `sequence` | string | the last ticket sequence number: newer always means higher |
 * | `ticket:<id>` | hash | one ticket: status, sequence, start, players, ... Terminal ones keep what may be asked of them, and expire after 25 h unless set otherwise |
 * | `player:<id>` | hash | the newest ticket of a player that entered a pool, with its sequence; the backfill ticket that lists them, and the match it led to |
 * | `backfills` | hash | the backfill ticket of each match that has one, by match id |
 * | `members:<ticket>` | hash | the players of a backfill ticket, each as JSON |
 * | `reservations` | zset | tickets QUEUED and not yet entered, by reservation time |
 * | `pool:<pool>` | zset | tickets SEARCHING, by sequence |
 * | `pools:<configuration>` | set | its pools that hold tickets; see `jobs/matchmaking/pool-name.ts` |
 * | `companions` | hash | per pool, players beyond one per ticket: parties alone pay for the count |
 * | `changed:<pool>` | string | number of its latest change; an hour after it is empty the pool is forgotten |
 * | `changes:<pool>` | stream | those changes, entry id = `<number>-0`: a missing number is a gap |
 * | `cycle:<pool>` | string | when its last cycle began, ms, for as long as the next one may not |
 * | `lag:<pool>` | string | of one that does not rest: since when tickets have come that no finished cycle had, when its cycle began, whether that has all |
 * | `newest-entered` | hash | per configuration, when the newest of its tickets that ever entered a pool was reserved, ms |
 * | `behind:<configuration>` | string | how far it is behind (ms), for as long as it takes no new tickets |
 * | `due` | zset | when time alone next changes something in a pool, ms |
 * | `questions:<pool>` | list | what somebody asks about its tickets, for its next cycle to answer |
 * | `proposal:<match>` | hash | a match players are asked about: entry, tickets, and `answer:<player>` |
 * | `proposals` | zset | proposals by the time acceptance ends |
 * | `outbox` | hash | committed matches whose effect is not confirmed, by match id |
 * | `outbox-job` | hash | the start-match job that carries each of them |
 * | `outbox-at` | hash | when each was decided, ms |
 * | `outbox-placement` | hash | where each of them is played, or why it cannot be, once its webhook said so |
 * | `outbox-due` | zset | when each is handed over again, ms |
 * | `event-number` | string | number of the latest event |
 * | `event-bytes` | string | bytes of all events there ever were: trimming finds its place by it |
 * | `events` | stream | lifecycle events of all tickets within retention, entry id = `<number>-0` |
 * | `follower:<name>` | hash | who takes every event once: `position`, `holder`, `until`, `failures` |
 * | `refused-events` | stream | events that a topic refused for good, with the reason; the last 1,000 |
 * | `topics` | hash | the topic of each configuration that has one |
 * | `rules:<pool>` | string | how often each rule passed and failed in its latest pass (JSON) |
 * | `configuration:<name>` | hash | `version`, `body` (an InstalledConfiguration), `paused` since (ms), `custom-event-data` |
 * | `configurations` | set | their names |
 * | `activity:<configuration>:<slot>` | hash | what happened in five minutes; see `jobs/matchmaking/activity.ts` |
 */
export const poolTag = (domain: string): string => `{${domain}.matchmaking}`;

/** BullMQ's `prefix` of a queue: each queue has a hash tag of its own, so cluster mode spreads them. */
export const queuePrefix = (domain: string, queue: QueueName): string => `{${domain}.${queue}}`;

/** Where a worker answers a job whose caller waits; beside the queue, since finished jobs are not kept for long. */
export const replyKey = (domain: string, queue: QueueName, jobId: string): string =>
  `${queuePrefix(domain, queue)}:reply:${jobId}`;

/** What is answered: the handler's result, or why the job was refused. */
export type Reply = { readonly result: unknown } | { readonly refused: string };

/** Keys of the session cache. Any of them may vanish at any time; DocumentDB refills them. */
export const sessionCacheKey = (sessionId: string): string => `sessions:${sessionId}`;
export const ratingCacheKey = (playerId: string): string => `ratings:${playerId}`;
/** There while a worker rates the player. */
export const ratingTurnKey = (playerId: string): string => `rating-turns:${playerId}`;
