import { compileRuleSet } from '../../jobs/matchmaking/engine/compile.ts';
import type { FormedMatch } from '../../jobs/matchmaking/engine/form-matches.ts';
import { MatchPool } from '../../jobs/matchmaking/engine/pool.ts';
import { loadRuleSet } from '../../jobs/rule-set/load.ts';
import type { SearchingTicket } from '../../jobs/ticket/ticket.ts';
import { benchNow, ratingWindow, ticketsOf, type Workload } from './engine-workloads.ts';
import { median } from './median.ts';

/**
 * Milliseconds are medians over the runs of an engine that is warm, as a worker's is, on the clock;
 * `fullPassCpuMs` is what the process used of its cores.
 */
export interface CaseResult {
  readonly workload: string;
  readonly tickets: number;
  /** Every ticket added to an empty pool, and one pass. */
  readonly fullPassMs: number;
  readonly fullPassCpuMs: number;
  /** The same, the first of the process: most of the code is interpreted, and compiled, meanwhile. */
  readonly coldPassMs: number;
  /** A second pass over the unchanged pool, matched tickets still in it. */
  readonly idlePassMs: number;
  /** 100 tickets added, and a pass. */
  readonly deltaPassMs: number;
  /** One waiting ticket explained. */
  readonly explainMs: number;
  readonly matches: number;
  readonly players: number;
  /** Of a process that holds the tickets and one pool, after its first pass. */
  readonly residentMiB: number;
  /** 1v1 only: the median rating gap, and the mean gap over that of the best pairing of all tickets. */
  readonly gapMedian: number | null;
  readonly gapOptimalRatio: number | null;
}

const arrivals = 100;
/** Runs before those that are measured, as many as the time (ms) allows. */
const warmUp = { most: 40, ms: 5_000 };

/** Measures one workload at one size, `runs` times over. */
export function measureCase(workload: Workload, count: number, runs: number): CaseResult {
  const loaded = loadRuleSet(JSON.stringify(workload.ruleSet));
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  const engine = compileRuleSet(loaded.ruleSet);
  const tickets = ticketsOf(workload, count, 1);
  const later = ticketsOf(workload, arrivals, 2, 0);
  let matches: readonly FormedMatch[] = [];
  let residentMiB: number | undefined;
  const measure = () => {
    // What the run before left behind is not this one's to clear away.
    globalThis.gc?.();
    const pool = new MatchPool(engine);
    const cpu = process.cpuUsage();
    const full = timed(() => {
      for (const ticket of tickets) pool.add(ticket);
      matches = pool.pass(benchNow, 1).matches;
    });
    const { user, system } = process.cpuUsage(cpu);
    residentMiB ??= resident();
    const idle = timed(() => pool.pass(benchNow, 1));
    const delta = timed(() => {
      for (const ticket of later) pool.add(ticket);
      pool.pass(benchNow, 1);
    });
    const matched = new Set(matches.flatMap((match) => match.tickets));
    const waiting = tickets.find((ticket) => !matched.has(ticket)) ?? tickets[0];
    const explain = timed(() => waiting && pool.explain(waiting, benchNow));
    return { full, cpu: (user + system) / 1_000, idle, delta, explain };
  };
  const cold = measure();
  const until = performance.now() + warmUp.ms;
  for (let run = 0; run < warmUp.most && performance.now() < until; run++) measure();
  const measured = Array.from({ length: runs }, () => measure());
  const middle = (name: keyof (typeof measured)[number]) => rounded(median(measured.map((one) => one[name])));
  return {
    workload: workload.name,
    tickets: count,
    fullPassMs: middle('full'),
    fullPassCpuMs: middle('cpu'),
    coldPassMs: rounded(cold.full),
    idlePassMs: middle('idle'),
    deltaPassMs: middle('delta'),
    explainMs: middle('explain'),
    matches: matches.length,
    players: matches.reduce(
      (sum, match) => sum + match.tickets.reduce((n, it) => n + it.players.length, 0),
      0,
    ),
    residentMiB: residentMiB ?? 0,
    ...(workload.name === '1v1-window' ? gaps(tickets, matches) : { gapMedian: null, gapOptimalRatio: null }),
  };
}

function timed(work: () => unknown): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}

const rounded = (value: number) => Number(value.toPrecision(4));

function resident(): number {
  globalThis.gc?.();
  return Math.round(process.memoryUsage().rss / 2 ** 20);
}

const ratingOf = ({ players }: SearchingTicket): number => {
  const skill = players[0]?.attributes['skill'];
  return skill !== undefined && 'N' in skill ? skill.N : 0;
};

export function gaps(tickets: readonly SearchingTicket[], matches: readonly FormedMatch[]) {
  const found = matches.map(({ tickets: [one, other] }) =>
    one && other ? Math.abs(ratingOf(one) - ratingOf(other)) : 0,
  );
  const mean = found.reduce((total, gap) => total + gap, 0) / found.length;
  return {
    gapMedian: rounded(median(found)),
    gapOptimalRatio: rounded(mean / bestMean(tickets.map(ratingOf))),
  };
}

/** Mean gap of the best pairing: as many pairs within the window as can be, then the least sum. */
function bestMean(ratings: readonly number[]): number {
  const line = ratings.toSorted((a, b) => a - b);
  let [before, last] = [
    { pairs: 0, sum: 0 },
    { pairs: 0, sum: 0 },
  ];
  // Pairs of neighbours suffice, so the best walk along the line pairs two at a time or passes one over.
  for (const [at, rating] of line.entries()) {
    const gap = rating - (line[at - 1] ?? Number.NEGATIVE_INFINITY);
    const paired = { pairs: before.pairs + 1, sum: before.sum + gap };
    const better = paired.pairs > last.pairs || (paired.pairs === last.pairs && paired.sum < last.sum);
    [before, last] = [last, gap <= ratingWindow && better ? paired : last];
  }
  return last.sum / last.pairs;
}
