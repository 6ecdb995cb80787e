import { qualityTarget } from '../../jobs/configuration/quality.ts';
import { defaultSettings } from '../../jobs/ladder/ladder.ts';
import { muShownAs, newcomer, wellKnown, winChances } from '../../jobs/ladder/rating.ts';
import { compileRuleSet, type Engine } from '../../jobs/matchmaking/engine/compile.ts';
import type { FormedMatch } from '../../jobs/matchmaking/engine/form-matches.ts';
import { MatchPool } from '../../jobs/matchmaking/engine/pool.ts';
import { loadRuleSet } from '../../jobs/rule-set/load.ts';
import type { SearchingTicket } from '../../jobs/ticket/ticket.ts';
import { median } from './median.ts';
import { arrivals, opening, type Traffic } from './quality-traffic.ts';

/** A worker begins a pass as soon as something has changed; so often at most. */
const passEveryMs = 50;

/** What became of traffic. */
export interface Played {
  readonly matches: readonly FormedMatch[];
  /**
   * Seconds from start to match, by ticket; of one still waiting at the end so far. Who came in the last
   * fifth is left out.
   */
  readonly waits: readonly number[];
  /** The same by ticket. */
  readonly waited: ReadonlyMap<string, number>;
  /** Seconds of a core that all passes took. */
  readonly cpuSeconds: number;
}

/**
 * Whether matches have to be even before they are made, each side with a chance of 45 to 55 %, which eases
 * from 30 s on.
 */
export type Target = 'with target' | 'without';
const quality = { winChance: [0.45, 0.55] as [number, number], easesAfterSeconds: [30, 60, 90] };

export function engineOf({ ruleSet }: Pick<Traffic, 'ruleSet'>, target: Target = 'without'): Engine {
  const loaded = loadRuleSet(JSON.stringify(ruleSet));
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  const wanted = target === 'without' ? {} : { quality };
  return compileRuleSet(loaded.ruleSet, {
    quality: qualityTarget({ ...wanted, ratingAttributes: {} }, loaded.ruleSet),
  });
}

/**
 * Runs one pool through so many seconds of traffic, in simulated time: the same for the same seed, however
 * fast the machine.
 */
export function simulate(engine: Engine, traffic: Traffic, seed: number, seconds: number): Played {
  const pool = new MatchPool(engine);
  const coming = arrivals(traffic, seed);
  const since = new Map<string, number>();
  const waited = new Map<string, number>();
  const matches: FormedMatch[] = [];
  const counted = opening + seconds * 800;
  const end = opening + seconds * 1_000;
  let next = coming.next().value;
  const before = process.cpuUsage();
  for (let now = opening; now <= end; now += passEveryMs) {
    for (; next.since <= now; next = coming.next().value) {
      pool.add(next);
      since.set(next.ticketId, next.since);
    }
    for (const match of pool.pass(now, seed).matches) {
      matches.push(match);
      for (const { ticketId, since: started } of match.tickets) {
        pool.remove(ticketId);
        since.delete(ticketId);
        if (started < counted) waited.set(ticketId, (now - started) / 1_000);
      }
    }
  }
  const { user, system } = process.cpuUsage(before);
  for (const [ticketId, started] of since)
    if (started < counted) waited.set(ticketId, (end - started) / 1_000);
  return { matches, waits: [...waited.values()], waited, cpuSeconds: (user + system) / 1e6 };
}

const skillOf = (match: FormedMatch): Map<string, number> =>
  new Map(
    match.tickets.flatMap(({ players }) =>
      players.map(({ playerId, attributes: { skill } }) => [playerId, skill && 'N' in skill ? skill.N : 0]),
    ),
  );

/** Skills of each team's players. */
export function skillsByTeam(match: FormedMatch): number[][] {
  const skills = skillOf(match);
  return match.teams.map(({ playerIds }) => playerIds.map((id) => skills.get(id) ?? 0));
}

export const meanOf = (numbers: readonly number[]): number =>
  numbers.reduce((sum, number) => sum + number, 0) / numbers.length;

/** The first team's chance to win by Elo of the team means. */
function eloChance(match: FormedMatch): number {
  const [one = 0, other = 0] = skillsByTeam(match).map(meanOf);
  return 1 / (1 + 10 ** ((other - one) / 400));
}

/**
 * The same by what the fleet stores with a match: the ladder's own prediction, for players that it knows
 * well.
 */
function predictedChance(match: FormedMatch): number {
  const teams = skillsByTeam(match).map((skills) =>
    skills.map((skill, index) => ({
      playerId: `${index}`,
      rating: { ...newcomer, mu: muShownAs(skill), sigma: wellKnown },
    })),
  );
  return winChances(teams, { at: opening, season: 0 }, defaultSettings)[0] ?? 0;
}

/** For each team that is one party, whether another holds a stack: 1 or 0. */
function facingStacks({ tickets, teams }: FormedMatch): number[] {
  const largest = teams.map(({ playerIds }) =>
    Math.max(
      0,
      ...tickets.filter(({ players: [one] }) => playerIds.includes(one?.playerId ?? '')).map(sizeOf),
    ),
  );
  return teams.flatMap(({ playerIds: { length } }, team) =>
    length > 1 && largest[team] === length
      ? [Number(largest.some((size, other) => other !== team && size >= 3))]
      : [],
  );
}

const sizeOf = ({ players }: SearchingTicket) => players.length;

/** How good the matches of a kind of traffic are, and how long players wait for them: medians over seeds. */
export interface Quality {
  readonly matches: number;
  /**
   * Shares of matches whose sides have a chance of 45 to 55 % each, by Elo of team means and as the ladder
   * predicts.
   */
  readonly even: number;
  readonly evenAsPredicted: number;
  /**
   * Of the parties that fill a team, those whose opponents hold a party of three or more; NaN where there are
   * none.
   */
  readonly stacksMeet: number;
  readonly waitP50: number;
  readonly waitP90: number;
  readonly cpuSeconds: number;
}

export function measureQuality(traffic: Traffic, target: Target, seeds: number, seconds: number): Quality {
  const engine = engineOf(traffic, target);
  const runs = Array.from({ length: seeds }, (_, index) => simulate(engine, traffic, index + 1, seconds));
  const over = (of: (played: Played) => number) => median(runs.map(of));
  const shareOf = (chance: (match: FormedMatch) => number) => (played: Played) =>
    meanOf(played.matches.map((match) => Number(Math.abs(chance(match) - 0.5) <= 0.05)));
  return {
    matches: over(({ matches }) => matches.length),
    even: over(shareOf(eloChance)),
    evenAsPredicted: over(shareOf(predictedChance)),
    stacksMeet: over(({ matches }) => meanOf(matches.flatMap(facingStacks))),
    waitP50: over(({ waits }) => quantile(waits, 0.5)),
    waitP90: over(({ waits }) => quantile(waits, 0.9)),
    cpuSeconds: over(({ cpuSeconds }) => cpuSeconds),
  };
}

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length * share)] ?? Number.NaN;
}
