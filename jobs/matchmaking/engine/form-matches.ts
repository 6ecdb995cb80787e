import type { SearchingTicket } from '../ticket.ts';
import { type Candidate, candidateOf } from './candidate.ts';
import { chanceFrom } from './chance.ts';
import { type Engine, stageAt } from './engine.ts';
import { placementOf } from './location.ts';
import { Neighbourhood } from './neighbourhood.ts';
import { type Found, Search, Tally } from './search.ts';

/** A match: its tickets, and every team instance with its players; `location` where all of them are well connected. */
export interface FormedMatch {
  readonly tickets: readonly SearchingTicket[];
  readonly teams: readonly { readonly name: string; readonly playerIds: readonly string[] }[];
  readonly location?: string;
}

export interface Pass {
  readonly matches: readonly FormedMatch[];
  /** When (ms) time alone could next change something for a ticket left waiting; undefined when never. */
  readonly nextChange: number | undefined;
  /** The step budget ran out before every ticket had its turn as anchor. */
  readonly unfinished: boolean;
  readonly ruleEvaluations: readonly { ruleName: string; passedCount: number; failedCount: number }[];
}

/**
 * One pass over a pool: the oldest ticket first, each one not yet matched becomes the anchor of a search. Tickets in
 * sequence order, `now` in ms. The same input gives the same matches. `budget` bounds the steps of the whole pass.
 */
export function formMatches(
  engine: Engine,
  tickets: readonly SearchingTicket[],
  now: number,
  seed: number,
  budget: number = Number.POSITIVE_INFINITY,
): Pass {
  const candidates = inAnchorOrder(engine, tickets, now);
  const neighbourhoods = groupByKey(candidates);
  const tally = new Tally(engine.ruleNames.length);
  const search = new Search(engine, tally, chanceFrom(seed));
  const found: Found[] = [];
  let unfinished = false;
  for (const anchor of candidates) {
    if (anchor.taken) continue;
    if (tally.steps >= budget) {
      unfinished = true;
      break;
    }
    const neighbourhood = neighbourhoods.get(anchor.key);
    if (neighbourhood === undefined) continue;
    const match = searchAround(engine, search, anchor, neighbourhood);
    if (match === undefined) continue;
    found.push(match);
    for (const member of match.members) neighbourhood.take(member);
  }
  return {
    matches: found.map((match) => formed(engine, match)),
    nextChange: nextChange(engine, candidates),
    unfinished,
    ruleEvaluations: engine.ruleNames.map((ruleName, index) => ({
      ruleName,
      passedCount: tally.passed[index] ?? 0,
      failedCount: tally.failed[index] ?? 0,
    })),
  };
}

/** By age, backfill tickets before or after the others if the rule set says so. */
function inAnchorOrder(engine: Engine, tickets: readonly SearchingTicket[], now: number): Candidate[] {
  const candidates: Candidate[] = [];
  for (const ticket of tickets) {
    const candidate = candidateOf(engine, ticket);
    if (candidate === undefined) continue;
    candidate.stage = stageAt(engine.stages, now - ticket.startTime);
    candidates.push(candidate);
  }
  const backfillRank = { high: -1, normal: 0, low: 1 }[engine.algorithm.backfillPriority];
  const rank = (candidate: Candidate) => (candidate.backfill ? backfillRank : 0);
  return candidates.sort((a, b) => rank(a) - rank(b) || a.ticket.startTime - b.ticket.startTime);
}

function groupByKey(candidates: readonly Candidate[]): Map<string, Neighbourhood> {
  const groups = Map.groupBy(candidates, ({ key }) => key);
  return new Map([...groups].map(([key, group]) => [key, new Neighbourhood(group)]));
}

/** Up to this many waiting tickets every combination is tried, so a match with the anchor is found if there is one. */
const exhaustive = { candidates: 8, steps: 400_000 };

/** First the nearest few; only when they make no full match, many more. */
function searchAround(
  engine: Engine,
  search: Search,
  anchor: Candidate,
  neighbourhood: Neighbourhood,
): Found | undefined {
  const largest = engine.stages[anchor.stage]?.maxPlayers.reduce((sum, max) => sum + max, 0) ?? 0;
  const window = engine.stages[windowStage(engine, anchor)]?.window ?? Number.POSITIVE_INFINITY;
  const few = Math.max(exhaustive.candidates, 4 * largest);
  const { near, more } = neighbourhood.around(anchor, window, few);
  const first = search.around(
    anchor,
    near,
    near.length <= exhaustive.candidates ? exhaustive.steps : 50 * few,
  );
  if (!more || first?.full) return first;
  const all = neighbourhood.around(anchor, window, 16 * few).near;
  const second = search.around(anchor, all, 50 * few);
  return (second?.players ?? 0) > (first?.players ?? 0) ? second : first;
}

/** `newest`: no match with the anchor is judged at a later stage than its own. `oldest`: one with an older ticket may be. */
function windowStage(engine: Engine, anchor: Candidate): number {
  const { expansionAgeSelection, backfillPriority } = engine.algorithm;
  const anchorIsOldest = backfillPriority === 'normal';
  return expansionAgeSelection === 'newest' || anchorIsOldest ? anchor.stage : engine.stages.length - 1;
}

function formed(engine: Engine, { members, places }: Found): FormedMatch {
  const teams = engine.teamNames.map((name) => ({ name, playerIds: [] as string[] }));
  members.forEach(({ ticket, blocks, backfill }, index) => {
    ticket.players.forEach(({ playerId }, player) => {
      const team = backfill ? blocks[player]?.team : places[index];
      teams[team ?? -1]?.playerIds.push(playerId);
    });
  });
  const location = placementOf(engine, members);
  return {
    tickets: members.map(({ ticket }) => ticket),
    teams,
    ...(location === undefined ? {} : { location }),
  };
}

function nextChange(engine: Engine, candidates: readonly Candidate[]): number | undefined {
  let next: number | undefined;
  for (const { taken, stage, ticket } of candidates) {
    const step = engine.stages[stage + 1];
    if (taken || step === undefined) continue;
    const at = ticket.startTime + step.from;
    if (next === undefined || at < next) next = at;
  }
  return next;
}
