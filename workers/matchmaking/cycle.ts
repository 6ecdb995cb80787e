import { createHash } from 'node:crypto';
import { type FormedMatch, formMatches } from '../../jobs/matchmaking/engine/form-matches.ts';
import type { CommittedMatch } from '../../jobs/matchmaking/match.ts';
import type { PooledTicket } from '../pool/changes.ts';
import type { Commit } from '../pool/outbox.ts';
import type { Pool } from '../pool/pool.ts';
import type { Configurations, CurrentConfiguration } from './configurations.ts';
import type { Mirror } from './mirror.ts';

/** Matches decided by one script call, and at most carried by one start-match job. */
const matchesPerCommit = 200;
/** Bytes of committed matches one start-match job carries: room for the envelope within its limit. */
const bytesPerJob = 200 * 1024;

/** How long (ms) a pool waits before it looks again whether the outbox has room. */
const pauseMs = 1_000;

export interface CycleStores {
  readonly pool: Pool;
  readonly configurations: Configurations;
  readonly handOver: (jobId: string, matches: readonly CommittedMatch[]) => Promise<void>;
  readonly observe: CycleObserver;
}

interface CycleObserver {
  /** A match was committed at `now`. */
  readonly committed: (match: CommittedMatch, now: number) => void;
  readonly timedOut: (configuration: string, count: number) => void;
  readonly searching: (configuration: string, count: number) => void;
}

/** What a cycle left: whether anything is worth another cycle at once, and when time alone changes something. */
export interface CycleResult {
  readonly again: boolean;
}

/** One pass over a pool: catch the mirror up, time out, form matches, commit them, hand them over. */
export async function runCycle(mirror: Mirror, name: string, stores: CycleStores): Promise<CycleResult> {
  const { pool, configurations, observe } = stores;
  const { now, version } = await mirror.catchUp();
  const current = await configurations.current(name, version);
  if (!current) return { again: false };

  const overdue = mirror.tickets.filter((ticket) => ticket.deadline <= now).map((ticket) => ticket.ticketId);
  if (overdue.length > 0) {
    const expired = await pool.expire(overdue);
    observe.timedOut(name, expired.length);
    for (const ticketId of overdue) mirror.drop(ticketId);
  }

  const searching = mirror.tickets;
  const seed = seedOf(name, now);
  const pass = formMatches(current.engine, searching, now, seed);
  const commits = toCommits(pass.matches, current, now, seed);
  const outcome = await commit(mirror, name, commits, acceptMs(current), stores);

  const deadline = mirror.tickets.reduce(
    (least, ticket) => Math.min(least, ticket.deadline),
    Number.POSITIVE_INFINITY,
  );
  const next =
    outcome === 'paused' ? now + pauseMs : Math.min(pass.nextChange ?? Number.POSITIVE_INFINITY, deadline);
  const again = outcome === 'changed' || (outcome === 'nothing' && pass.unfinished);
  if (!again) await pool.rest(name, mirror.position, Number.isFinite(next) ? next : undefined);
  observe.searching(name, mirror.tickets.length);
  return { again };
}

/**
 * `changed`: a match was committed, or refused since a ticket changed; either way the pool is not what this pass saw.
 * `paused`: the outbox is full, DocumentDB being away; matching goes on when it has drained.
 */
type CommitOutcome = 'nothing' | 'changed' | 'paused';

async function commit(
  mirror: Mirror,
  name: string,
  commits: readonly Commit[],
  acceptMs: number | undefined,
  stores: CycleStores,
): Promise<CommitOutcome> {
  let paused = false;
  for (let from = 0; from < commits.length; from += matchesPerCommit) {
    const chunk = commits.slice(from, from + matchesPerCommit);
    const { now, verdicts } = await stores.pool.commit(name, chunk, acceptMs);
    const jobs = new Map<string, CommittedMatch[]>();
    for (const [index, { match, jobId }] of chunk.entries()) {
      if (verdicts[index] === 'outbox-full') paused = true;
      const taken = verdicts[index] === 'committed' || verdicts[index] === 'repeated';
      if (taken) for (const ticket of match.tickets) mirror.drop(ticket.ticketId);
      // A proposal is decided, and handed over, by its players' last answer.
      if (!taken || acceptMs !== undefined) continue;
      if (verdicts[index] === 'committed') stores.observe.committed(match, now);
      jobs.set(jobId, [...(jobs.get(jobId) ?? []), match]);
    }
    await Promise.all([...jobs].map(([jobId, matches]) => stores.handOver(jobId, matches)));
    if (paused) return 'paused';
  }
  return commits.length > 0 ? 'changed' : 'nothing';
}

/** How long (ms) the players of a match have to accept it; `undefined` where they are not asked. */
function acceptMs({ installed: { configuration } }: CurrentConfiguration): number | undefined {
  const { acceptanceRequired, acceptanceTimeoutSeconds } = configuration;
  return acceptanceRequired && acceptanceTimeoutSeconds ? acceptanceTimeoutSeconds * 1_000 : undefined;
}

/** Gives each formed match its id and the start-match job that will carry it. */
function toCommits(
  formed: readonly FormedMatch[],
  current: CurrentConfiguration,
  now: number,
  seed: number,
): Commit[] {
  const { configuration, ruleSet } = current.installed;
  const commits: Commit[] = [];
  let jobId = '';
  let room = 0;
  for (const { tickets, teams, location } of formed) {
    const pooled = tickets as readonly PooledTicket[];
    const match: CommittedMatch = {
      matchId: matchIdOf(pooled),
      configuration: configuration.name,
      ladder: configuration.ladder,
      ruleSet: { name: ruleSet.name, version: ruleSet.version },
      now,
      seed,
      ...(location !== undefined && { location }),
      tickets: pooled.map(({ ticketId, startTime, players }) => ({
        ticketId,
        startTime,
        players: [...players],
      })),
      teams: teams.map((team) => ({ name: team.name, playerIds: [...team.playerIds] })),
    };
    const bytes = JSON.stringify(match).length;
    if (bytes > room || commits.length % matchesPerCommit === 0) {
      jobId = `start-match-${match.matchId}`;
      room = bytesPerJob;
    }
    room -= bytes;
    commits.push({ match, jobId, revisions: pooled.map((ticket) => ticket.revision) });
  }
  return commits;
}

/** A UUID derived from the tickets as they were: the same tickets in the same state are the same match. */
function matchIdOf(tickets: readonly PooledTicket[]): string {
  const hash = createHash('sha256');
  for (const ticket of tickets) hash.update(`${ticket.ticketId} ${ticket.sequence} ${ticket.revision}\n`);
  const hex = hash.digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** A cycle's seed: from its inputs, so that a stored match can be formed again. */
function seedOf(name: string, now: number): number {
  return createHash('sha256').update(`${name} ${now}`).digest().readUInt32LE(0);
}
