import { setImmediate as turn } from 'node:timers/promises';
import type { Clock } from '../../jobs/fleet-time.ts';
import type { CommittedMatch } from '../../jobs/match/match.ts';
import { companyFor } from '../../jobs/matchmaking/backfill.ts';
import type { Pass } from '../../jobs/matchmaking/engine/match.ts';
import type { MatchPool } from '../../jobs/matchmaking/engine/pool.ts';
import type { Accepted } from '../pool/changes.ts';
import { type Compiled, type CurrentConfiguration, RuleSetUnloadable } from '../pool/compiled.ts';
import type { Commit } from '../pool/outbox.ts';
import type { Pool } from '../pool/pool.ts';
import { admitNew } from './admit-new.ts';
import { answerSome } from './answers.ts';
import { toCommits } from './commits.ts';
import type { Mirror } from './mirror.ts';
import { openPace } from './pace.ts';
import type { ReadRatings } from './rating-attributes.ts';
import { takeRatings } from './take-ratings.ts';

/** Tickets timed out by one script call. */
const ticketsPerExpiry = 500;
/**
 * How long (ms) a pool waits before it looks again whether the outbox has room, the record is back, or the
 * stores are compared.
 */
const pauseMs = 1_000;
/** How long (ms) a pool waits until another worker, which may be newer, tries to load its rule set. */
const unreadyMs = 10_000;

export interface CycleStores {
  readonly pool: Pool;
  readonly compiled: Compiled;
  readonly rate: ReadRatings;
  readonly handOver: (jobId: string, matchIds: readonly string[]) => Promise<void>;
  readonly observe: {
    /** So many tickets of a configuration have been started. */
    readonly started: (configuration: string, count: number) => void;
    /** The record is away, so tickets that wait for ratings cannot be matched. */
    readonly ratingsAway: (configuration: string, error: unknown) => void;
    /** A match was decided at `now`, fleet time in ms. */
    readonly committed: (match: CommittedMatch, now: number) => void;
    /** Matches were formed and not committed, the outbox being full: DocumentDB has been away for long. */
    readonly outboxFull: (configuration: string) => void;
    /** The rule set in force does not load here, so its tickets are not matched; they still time out. */
    readonly unready: (configuration: string, error: unknown) => void;
  };
}

/**
 * One cycle of a pool: catch the mirror up, time out, look at what is new, form matches, commit them, hand
 * them over. While an operator has paused the configuration, its rule set does not load, or the store is yet
 * to be compared with the record, it only times out. Returns whether another is worth running at once.
 */
export async function runCycle(mirror: Mirror, stores: CycleStores): Promise<boolean> {
  const { name, configuration } = mirror;
  const { now, time, questions, arrived, accepted, uncompared, ...installed } = await mirror.catchUp();
  const clock = { now, time };
  if (arrived > 0) stores.observe.started(configuration, arrived);
  await handOverAccepted(accepted, stores);
  await expireOverdue(mirror, now, stores);
  const saw = () => ({ configuration, position: mirror.position, ...installed });
  if (uncompared) return !(await stores.pool.mirror.rest(name, saw(), now + pauseMs, true));
  const current = await loaded(configuration, installed.version, stores);
  if (current === 'unready') {
    return !(await stores.pool.mirror.rest(
      name,
      saw(),
      Math.min(now + unreadyMs, nextDeadline(mirror)),
      true,
    ));
  }
  if (!current) return false;
  await admitNew(mirror, current, stores);
  const ratings = await takeRatings(mirror, current, stores);
  const { outcome, nextChange } =
    installed.pausedSince === undefined ? await matchInTime(mirror, current, clock, stores) : atRest;
  const unanswered =
    questions > 0 &&
    mirror.whole &&
    (await answerSome(mirror, mirror.matching(current.engine), clock, stores.pool));
  const unread = !mirror.whole && outcome !== 'full';
  if (outcome === 'changed' || unanswered || unread || ratings === 'taken') return true;

  const short = outcome === 'full' || outcome === 'uncompared' || ratings === 'away';
  const next = Math.min(short ? now + pauseMs : nextChange, nextDeadline(mirror));
  return !(await stores.pool.mirror.rest(name, saw(), Number.isFinite(next) ? next : undefined, short));
}

/**
 * Matches that their players have accepted since the last cycle: decided then, observed and handed over now.
 */
async function handOverAccepted(
  accepted: readonly Accepted[],
  { pool, handOver, observe }: CycleStores,
): Promise<void> {
  if (accepted.length === 0) return;
  const decided = await pool.matches.decided(accepted.map((it) => it.matchId));
  const byId = new Map(decided.map((match) => [match.matchId, match]));
  await Promise.all(
    accepted.map(async ({ matchId, jobId, decidedAt }) => {
      const match = byId.get(matchId);
      if (match) observe.committed(match, decidedAt);
      await handOver(jobId, [matchId]);
    }),
  );
}

async function loaded(
  configuration: string,
  version: number,
  { compiled, observe }: CycleStores,
): Promise<CurrentConfiguration | 'unready' | undefined> {
  try {
    return await compiled.current(configuration, version);
  } catch (error) {
    if (!(error instanceof RuleSetUnloadable)) throw error;
    observe.unready(configuration, error);
    return 'unready';
  }
}

async function expireOverdue(mirror: Mirror, now: number, { pool }: CycleStores): Promise<void> {
  const overdue = [...mirror.tickets].filter((ticket) => ticket.deadline <= now);
  for (let from = 0; from < overdue.length; from += ticketsPerExpiry) {
    const some = overdue.slice(from, from + ticketsPerExpiry).map((it) => it.ticketId);
    for (const ticketId of await pool.tickets.expire(some)) mirror.drop(ticketId);
  }
}

const nextDeadline = (mirror: Mirror): number => {
  let least = Number.POSITIVE_INFINITY;
  for (const { deadline } of mirror.tickets) if (deadline < least) least = deadline;
  return least;
};

/**
 * `changed`: a match was committed, or refused since a ticket changed; either way the pool is not what the
 * pass saw. `full`: so is the outbox; matching goes on when it has drained. `paused`: an operator paused the
 * configuration. `uncompared`: the store has just started or taken over.
 */
type CycleOutcome = 'nothing' | 'changed' | 'full' | 'paused' | 'uncompared';

/** What a paused pool's cycle comes to: nothing but deadlines until it is resumed, which makes it due. */
const atRest = { outcome: 'paused', nextChange: Number.POSITIVE_INFINITY } as const;

/**
 * Matches, unless the configuration wants more time between two cycles of a pool; an empty one waits for
 * nothing.
 */
async function matchInTime(
  mirror: Mirror,
  current: CurrentConfiguration,
  clock: Clock,
  stores: CycleStores,
): Promise<{ outcome: CycleOutcome; nextChange: number }> {
  const { minimumIntervalSeconds } = current.installed.configuration;
  const waits = minimumIntervalSeconds > 0 && mirror.size > 0;
  const from = waits
    ? await stores.pool.mirror.beginCycle(mirror.name, minimumIntervalSeconds * 1_000)
    : undefined;
  return from === undefined
    ? matchAll(mirror, current, clock, stores)
    : { outcome: 'nothing', nextChange: from };
}

/**
 * Passes over the pool in slices, so that the event loop, with its locks to renew, is never held for long.
 */
async function matchAll(
  mirror: Mirror,
  current: CurrentConfiguration,
  clock: Clock,
  stores: CycleStores,
): Promise<{ outcome: CycleOutcome; nextChange: number }> {
  const matching = mirror.matching(current.engine);
  const pace = openPace(current.engine.evaluations);
  let outcome: CycleOutcome = 'nothing';
  for (;;) {
    const seed = seedOf(clock.now, pace.slices);
    const pass = pace.timed((budget) => matching.pass(clock.now, seed, budget));
    // One batch is handed over while the next is decided: under load a call takes tenths of a second.
    let decided: Decided | undefined;
    for (const commits of toCommits(pass, current, clock, seed)) {
      if (stopped(outcome)) release(matching, commits);
      else
        [decided] = await Promise.all([
          commit(mirror, commits, current, stores),
          handOverAll(decided, stores),
        ]);
      outcome = decided?.outcome ?? outcome;
    }
    await handOverAll(decided, stores);
    if (judged(pass)) await stores.pool.events.noteRules(mirror.name, pass.ruleEvaluations);
    const nextChange = pass.nextChange ?? Number.POSITIVE_INFINITY;
    if (!pass.unfinished || stopped(outcome)) return { outcome, nextChange };
    await turn();
  }
}

/** No more matches can be committed in this cycle. */
const stopped = (outcome: CycleOutcome): boolean =>
  outcome === 'full' || outcome === 'paused' || outcome === 'uncompared';

const judged = ({ ruleEvaluations }: Pass): boolean =>
  ruleEvaluations.some(({ passedCount, failedCount }) => passedCount + failedCount > 0);

/** Lets the tickets of matches that were not committed wait again. */
function release(matching: MatchPool, commits: readonly Pick<Commit, 'match'>[]): void {
  for (const { match } of commits) matching.release(match.tickets.map((ticket) => ticket.ticketId));
}

/** What became of a batch of matches, and those to hand over by the id of the job that takes them. */
interface Decided {
  readonly outcome: CycleOutcome;
  readonly jobs: ReadonlyMap<string, readonly string[]>;
}

/** Decides one batch of matches; tickets of refused ones wait again. */
async function commit(
  mirror: Mirror,
  commits: readonly Commit[],
  current: CurrentConfiguration,
  { pool, observe }: CycleStores,
): Promise<Decided> {
  const acceptMs = acceptMsOf(current);
  const company = companyFor(current.installed.configuration, current.ruleSet);
  const { now, verdicts } = await pool.matches.commit(mirror.name, commits, acceptMs, company);
  const jobs = new Map<string, string[]>();
  let outcome: CycleOutcome = 'changed';
  for (const [index, { match, jobId }] of commits.entries()) {
    const verdict = verdicts[index];
    if (verdict === 'outbox-full') outcome = 'full';
    if (verdict === 'paused' || verdict === 'uncompared') outcome = verdict;
    // A proposal is decided, and handed over, by its players' last answer.
    if (verdict === 'committed' && acceptMs === undefined) observe.committed(match, now);
    if (verdict === 'committed' || verdict === 'repeated') {
      for (const ticket of match.tickets) mirror.drop(ticket.ticketId);
      if (acceptMs === undefined) jobs.set(jobId, [...(jobs.get(jobId) ?? []), match.matchId]);
    } else {
      release(mirror.matching(current.engine), [{ match }]);
      if (verdict === 'changed') mirror.doubt(match.matchId);
    }
  }
  if (outcome === 'full') observe.outboxFull(mirror.configuration);
  return { outcome, jobs };
}

const handOverAll = (decided: Decided | undefined, { handOver }: CycleStores) =>
  Promise.all([...(decided?.jobs ?? [])].map(([jobId, matchIds]) => handOver(jobId, matchIds)));

/** How long (ms) the players of a match have to accept it; `undefined` where they are not asked. */
function acceptMsOf({ installed: { configuration } }: CurrentConfiguration): number | undefined {
  const { acceptanceRequired, acceptanceTimeoutSeconds } = configuration;
  return acceptanceRequired && acceptanceTimeoutSeconds ? acceptanceTimeoutSeconds * 1_000 : undefined;
}

/** A slice's seed, from its inputs alone. */
const seedOf = (now: number, slice: number): number => (now * 31 + slice) % 2 ** 32;
