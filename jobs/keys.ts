import type { QueueName } from './contract.ts';

/** A domain's name: it stands between the braces of hash tags. */
export const domainForm = /^[a-z0-9-]{1,32}$/;
export const domainProblem = 'only a-z, 0-9 and "-" (at most 32)';

/**
 * The hash tag of all that a matchmaking script touches, `{main.matchmaking}`: a domain (a region, a title)
 * has one, so each script is atomic over it in cluster mode too. A script takes it as `KEYS[1]`.
 */
export const poolTag = (domain: string): string => `{${domain}.matchmaking}`;

/**
 * string: when a worker last started on this domain, ms since 1970. Without it, nobody has ever served the
 * domain. No script reads it.
 */
export const servedKey = (domain: string): string => `${poolTag(domain)}:served`;

export type DomainKeys = ReturnType<typeof domainKeys>;

/**
 * Every key of a domain's matchmaking on the queue Redis, one function a key.
 * `jobs/scripts/libraries/keys.lua` spells them once more for scripts; a test compares both. Times are in ms:
 * of `clock` fleet time, unless Redis time is said.
 */
export function domainKeys(domain: string) {
  const tag = poolTag(domain);
  return {
    /** string `<Redis time> <fleet time>` of the last script that read the clock; see `fleet-time.ts`. */
    clock: () => `${tag}:clock`,
    /**
     * string: the server's history on which this store was last compared with the record; see
     * `libraries/comparing.lua`.
     */
    compared: () => `${tag}:compared`,
    /**
     * string `<history> <since when> <sequence>`: it waits to be compared since then; the last ticket
     * sequence number was that.
     */
    uncompared: () => `${tag}:uncompared`,
    /** string: the last ticket sequence number. A newer ticket always has a higher one. */
    sequence: () => `${tag}:sequence`,

    /**
     * string, one ticket: a field a line, see `matchmaking/stored-ticket.ts`. Once it has ended and is on
     * record it stays for `TICKET_READABLE_MINUTES`.
     */
    ticket: (ticketId: string) => `${tag}:ticket:${ticketId}`,
    /**
     * string, one player, a line each: their newest ticket, until that has left; the live match that they are
     * in; their latest session that ended, and the live match that it ended in. Goes when nothing is known;
     * an ended session alone stays 48 h.
     */
    player: (playerId: string) => `${tag}:player:${playerId}`,

    /**
     * hash, one live match: `in:<player>`, everybody who is in it (as JSON where AUTOMATIC finds them
     * company); `configuration`, `pool`; `left` once somebody left; of AUTOMATIC ones `most` (players),
     * `timeout`, how many tickets it has `opened`, `quiet` once one was stopped; its `backfill` ticket until
     * that has ended; `next`, the match it is to go on as, while that is placed, and if it was over meanwhile
     * `over`, with its `result` (JSON) if that is why; `was`, the matches it went on from (JSON). One that
     * went on has nothing but `became`.
     */
    live: (matchId: string) => `${tag}:live:${matchId}`,
    /** zset: live matches, by when they were decided. */
    lives: () => `${tag}:lives`,
    /** hash: the players of a backfill ticket, each as JSON, by player id. Goes with the ticket's end. */
    members: (ticketId: string) => `${tag}:members:${ticketId}`,

    /** zset: tickets SEARCHING in the pool, by sequence. */
    pool: (pool: string) => `${tag}:pool:${pool}`,
    /** set: the configuration's pools that hold tickets; see `jobs/configuration/pool-name.ts`. */
    pools: (configuration: string) => `${tag}:pools:${configuration}`,
    /** hash: per pool, players beyond one per ticket. Parties alone pay for the count. */
    companions: () => `${tag}:companions`,
    /**
     * chained stream (see `jobs/scripts/libraries/chain.lua`): the pool's latest 20,000 changes. Expires an
     * hour after it is empty.
     */
    changes: (pool: string) => `${tag}:changes:${pool}`,
    /** string: id of its latest change. Expires with `changes`. */
    changesHead: (pool: string) => `${tag}:changes-head:${pool}`,
    /**
     * string: when the pool's last cycle began, if cycles have an interval. Expires a day after the next one
     * may begin.
     */
    cycle: (pool: string) => `${tag}:cycle:${pool}`,
    /** hash: per pool, tickets started since its last cycle began. */
    arrived: () => `${tag}:arrived`,
    /** list: matches of the pool decided by their last acceptance, for its next cycle to hand over. */
    accepted: (pool: string) => `${tag}:accepted:${pool}`,
    /** zset: pools, by when time alone next changes something in them. */
    due: () => `${tag}:due`,
    /** string: how often each rule passed and failed in the pool's latest pass (JSON). Expires after 12 h. */
    rules: (pool: string) => `${tag}:rules:${pool}`,
    /** list: questions about the pool's tickets, for its next cycle to answer. Expires within a minute. */
    questions: (pool: string) => `${tag}:questions:${pool}`,

    /**
     * string, lag of an active pool: see `read_lag` in `jobs/scripts/libraries/lag.lua`. Expires a day after
     * its last cycle.
     */
    lag: (pool: string) => `${tag}:lag:${pool}`,
    /**
     * string `<how far it is behind> <until when>`: so long the configuration takes no new tickets. See
     * `lagRefused`.
     */
    behind: (configuration: string) => `${tag}:behind:${configuration}`,

    /**
     * hash, a match whose players are asked: `entry`, `job`, `pool`, `configuration`, `tickets` and `seats`
     * (JSON), `most`, `timeout`, `answer:<player>`.
     */
    proposal: (matchId: string) => `${tag}:proposal:${matchId}`,
    /** zset: proposals, by when the time to accept is over. */
    proposals: () => `${tag}:proposals`,

    /** hash: decided matches whose effect is not confirmed (JSON), by match id. */
    outbox: () => `${tag}:outbox`,
    /** hash: the start-match job that carries each of them. */
    outboxJob: () => `${tag}:outbox-job`,
    /** hash: when each was decided. */
    outboxAt: () => `${tag}:outbox-at`,
    /** hash: where each is played, or why it cannot be (JSON), once its webhook said so. */
    outboxPlacement: () => `${tag}:outbox-placement`,
    /** zset: each of them, by when it is handed over again. */
    outboxDue: () => `${tag}:outbox-due`,

    /**
     * chained stream: lifecycle events of all tickets within retention. An entry's number is that of its last
     * event.
     */
    events: () => `${tag}:events`,
    /** string: id of its latest entry. */
    eventsHead: () => `${tag}:events-head`,
    /** string: bytes of all events there ever were. Trimming finds its place by it. */
    eventBytes: () => `${tag}:event-bytes`,
    /**
     * chained stream: tickets that have ended and are still here, in the order of their ends. See
     * `jobs/ticket/ending.ts`.
     */
    endings: () => `${tag}:endings`,
    /** string: id of its latest entry. */
    endingsHead: () => `${tag}:endings-head`,
    /** zset: ended tickets that the record refuses, by when it did. */
    unrecorded: () => `${tag}:unrecorded`,

    /** chained stream: results and operators' commands that the ladder's rater has not put on record. */
    arrivals: (ladder: string) => `${tag}:arrivals:${ladder}`,
    /** string: id of its latest entry. */
    arrivalsHead: (ladder: string) => `${tag}:arrivals-head:${ladder}`,
    /**
     * zset: ladders that have arrivals, or ratings not yet written to their players, by when their rater is
     * woken again.
     */
    ladders: () => `${tag}:ladders`,
    /**
     * string: what became of an operator's command to a ladder (JSON); empty while its rater has yet to say.
     * Expires after a day.
     */
    verdict: (commandId: string) => `${tag}:verdict:${commandId}`,
    /** stream: the last 1,000 results that a rater refused, with the reason. */
    refusedResults: () => `${tag}:refused-results`,

    /** hash, a reader that takes every entry of a stream once: `position`, `holder`, `until`, `failures`. */
    follower: (name: string) => `${tag}:follower:${name}`,
    /** zset: followers, by their last call. They are forgotten a week after it. */
    followers: () => `${tag}:followers`,
    /** stream: the last 1,000 events that a topic refused for good, with the reason. */
    refusedEvents: () => `${tag}:refused-events`,
    /** hash: the topic of each configuration that has one. */
    topics: () => `${tag}:topics`,

    /**
     * chained stream: operators' commands of a chain, the latest 200; each entry has `id` and `command`
     * (JSON).
     */
    commands: (chain: string) => `${tag}:commands:${chain}`,
    /** string: id of its latest entry. */
    commandsHead: (chain: string) => `${tag}:commands-head:${chain}`,
    /**
     * hash: `position`, the last command whose effect is in this store; `restoring`, who writes the record
     * back, while somebody does.
     */
    commandsApplied: (chain: string) => `${tag}:commands-applied:${chain}`,
    /**
     * string: how a command stands, by its id; see `CommandState` in `jobs/commands.ts`. Expires after a day.
     */
    command: (commandId: string) => `${tag}:command:${commandId}`,

    /**
     * hash: `version`, `body` (an InstalledConfiguration), `ladder`, `paused` since (Redis time),
     * `custom-event-data`. Of a deleted one only `removed`, the version that says so.
     */
    configuration: (name: string) => `${tag}:configuration:${name}`,
    /** set: the names of all configurations. */
    configurations: () => `${tag}:configurations`,
    /** hash: what happened in five minutes; see `jobs/configuration/activity.ts`. Expires after 70 min. */
    activity: (configuration: string, slot: string) => `${tag}:activity:${configuration}:${slot}`,
  };
}

/** The hash tag of what producers may read and never write. */
export const guardedTag = (domain: string): string => `{${domain}.guarded}`;

/**
 * hash on the queue Redis: the API's keys as workers copied them from the record (JSON, a SealedKey), by
 * `<name>@<generation>`.
 */
export const apiKeysKey = (domain: string): string => `${guardedTag(domain)}:api-keys`;

/** BullMQ's `prefix` of a queue: each queue has a hash tag of its own, so cluster mode spreads them. */
export const queuePrefix = (domain: string, queue: QueueName): string => `{${domain}.${queue}}`;

/**
 * Where a worker answers a job whose caller waits; beside the queue, since finished jobs are not kept for
 * long.
 */
export const replyKey = (domain: string, queue: QueueName, jobId: string): string =>
  `${queuePrefix(domain, queue)}:reply:${jobId}`;

/** What is answered: the handler's result, or why the job was refused. */
export type Reply = { readonly result: unknown } | { readonly refused: string };

/** Keys of the session cache. Any of them may vanish at any time; DocumentDB refills them. */
export const sessionCacheKey = (sessionId: string): string => `sessions:${sessionId}`;
export const ratingCacheKey = (playerId: string): string => `ratings:${playerId}`;
