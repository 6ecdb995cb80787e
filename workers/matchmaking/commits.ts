import { createHash } from 'node:crypto';
import type { Clock } from '../../jobs/fleet-time.ts';
import type { CommittedMatch } from '../../jobs/match/match.ts';
import type { FormedMatch, Pass } from '../../jobs/matchmaking/engine/match.ts';
import type { PooledTicket } from '../pool/changes.ts';
import type { CurrentConfiguration } from '../pool/compiled.ts';
import type { Commit } from '../pool/outbox.ts';

/** Matches decided by one script call, and named by one start-match job. */
const matchesPerCommit = 200;
/** Bytes of matches one script call carries: Redis does nothing else meanwhile. */
const bytesPerCommit = 1024 * 1024;

/** Formed matches as batches to commit, each match with its id and the start-match job that will carry it. */
export function* toCommits(
  { matches, ruleEvaluations }: Pick<Pass, 'matches' | 'ruleEvaluations'>,
  current: CurrentConfiguration,
  clock: Clock,
  seed: number,
): Generator<Commit[]> {
  // Proposals of one batch are decided at different times, so each has a job of its own.
  const asked = current.installed.configuration.acceptanceRequired;
  let batch: Commit[] = [];
  let bytes = 0;
  for (const each of matches) {
    const match = toMatch(each, current, clock, seed);
    const size = Buffer.byteLength(JSON.stringify(match));
    if (batch.length === matchesPerCommit || (batch.length > 0 && bytes + size > bytesPerCommit)) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    const first = asked ? undefined : batch[0];
    const jobId = first?.jobId ?? `start-match-${match.matchId}`;
    const revisions = (each.tickets as readonly PooledTicket[]).map((ticket) => ticket.revision);
    batch.push({ match, jobId, revisions, ruleEvaluations });
    bytes += size;
  }
  if (batch.length > 0) yield batch;
}

function toMatch(
  formed: FormedMatch,
  current: CurrentConfiguration,
  { now, time }: Clock,
  seed: number,
): CommittedMatch {
  const { configuration, ruleSet } = current.installed;
  const tickets = formed.tickets as readonly PooledTicket[];
  const backfill = tickets.find((ticket) => ticket.fills !== undefined);
  return {
    matchId: matchIdOf(tickets),
    configuration: configuration.name,
    ladder: configuration.ladder,
    ruleSet: { name: ruleSet.name, version: ruleSet.version },
    now: time,
    asOf: now,
    seed,
    ...(formed.location !== undefined && { location: formed.location }),
    ...(configuration.placement.kind === 'webhook' && { placement: 'webhook' }),
    tickets: tickets.map(({ ticketId, startTime, sequence, since, players, trace }) => ({
      ticketId,
      startTime,
      sequence,
      age: now - since,
      players,
      ...(trace && { trace }),
    })),
    teams: formed.teams,
    ...(backfill?.fills && { backfill: { matchId: backfill.fills, ticketId: backfill.ticketId } }),
  };
}

/** A UUID derived from the tickets as they were: the same tickets in the same state are the same match. */
function matchIdOf(tickets: readonly PooledTicket[]): string {
  const hash = createHash('sha256');
  for (const ticket of tickets) hash.update(`${ticket.ticketId} ${ticket.sequence} ${ticket.revision}\n`);
  const hex = hash.digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
