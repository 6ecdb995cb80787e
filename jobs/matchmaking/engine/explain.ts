import { ofBackfill } from '../../rule-set/at-age.ts';
import type { SearchingTicket } from '../../ticket/ticket.ts';
import { chanceFrom } from './chance.ts';
import type { Explanation, NearestMiss } from './explanation.ts';
import { neighboursOf, spillsAfterMs } from './fastest-region.ts';
import { missingPlayers } from './missing-players.ts';
import type { Neighbourhood } from './neighbourhood.ts';
import { neverReasons } from './never.ts';
import { nextStepOf } from './next-step.ts';
import { metBy } from './recent-opponents.ts';
import type { Scene } from './scene.ts';
import { Search } from './search.ts';
import { searchAround } from './search-around.ts';
import { distance, type Obstacle, Seating } from './seating.ts';
import { summaryOf } from './summary.ts';
import { Tally } from './tally.ts';
import type { Slot } from './tickets.ts';

/**
 * What surrounds a ticket in its pool. `home` holds the tickets it could meet, `others` those of other keys.
 */
export interface Surroundings {
  readonly home: Neighbourhood;
  readonly others: readonly Neighbourhood[];
}

/** Tickets looked at, nearest first; as many again stand for the tickets of other keys. */
const sampleSize = 256;

/** Steps of the search for a match: some 10 ms. */
const searchSteps = 2_000;

/**
 * Explains a ticket as of the stages its pool is in; `deadline` (ms) is when it times out. Reads, changes
 * nothing.
 */
export function explain(
  scene: Scene,
  ticket: SearchingTicket,
  slot: Slot | undefined,
  around: Surroundings | undefined,
  now: number,
  deadline: number,
): Explanation {
  const { engine, tickets } = scene;
  const reasons = neverReasons(scene, ticket, slot, deadline);
  const nextStep =
    reasons.length > 0
      ? undefined
      : nextStepOf(ticket.backfill ? ofBackfill(engine.ruleSet) : engine.ruleSet, ticket.since, now);
  const base = { ...nothing, reasons, ...(nextStep && { nextStep }) };
  if (slot === undefined || around === undefined || reasons.length > 0)
    return told({ ...base, waitsFor: 'never' });
  if (tickets.isTaken(slot)) return told({ ...base, waitsFor: 'matched' });

  const tally = new Tally(engine.ruleNames.length);
  const search = new Search(scene, tally, chanceFrom(0), searchSteps);
  const { done, value } = searchAround(scene, search, slot, around.home).next();
  const found = done ? value : search.outcome.best;
  const uneven = found === undefined ? search.outcome.uneven : undefined;
  const held = found === undefined && uneven === undefined ? search.outcome.held : undefined;
  const playersNeeded = missingPlayers(scene, slot);
  const { elsewhere, metLately, ...partners } = lookAround(scene, slot, around, tally);
  const until = ticket.since + spillsAfterMs;
  const lacking = partners.playersInReach < playersNeeded ? 'players' : 'rules';
  const unmatched = uneven ? 'evenness' : held ? 'hold' : lacking;
  const matched = found?.members.length === 1 ? 'alone' : 'soon';
  const waitsFor = found ? matched : unmatched;
  const triedTogether = tally
    .evaluations(engine.ruleNames)
    .filter(({ failedCount }) => waitsFor === 'rules' && failedCount > 0)
    .map(({ ruleName, failedCount, passedCount }) => ({
      rule: ruleName,
      failed: failedCount,
      passed: passedCount,
    }))
    .sort((a, b) => b.failed - a.failed);
  return told({
    ...base,
    ...partners,
    waitsFor,
    playersNeeded,
    triedTogether,
    ...(elsewhere > 0 && { fastestElsewhere: { tickets: elsewhere, until, forMs: until - now } }),
    ...(metLately > 0 && { metLately }),
    ...(held && { held: { ...held, forMs: held.until - now } }),
    ...(uneven && { uneven: { ...uneven, forMs: uneven.until - now } }),
  });
}

const nothing = {
  playersNeeded: 0,
  playersInReach: 0,
  sample: { waiting: 0, lookedAt: 0 },
  blockedBy: [],
  withoutRoom: 0,
  triedTogether: [],
} as const;

function told(explanation: Omit<Explanation, 'summary'>): Explanation {
  const { waitsFor, ...rest } = explanation;
  return { waitsFor, summary: summaryOf(explanation), ...rest };
}

function lookAround(scene: Scene, slot: Slot, { home, others }: Surroundings, tally: Tally) {
  const { engine, tickets } = scene;
  const seating = new Seating(scene);
  const counts = new Map<number, number>();
  const neighbours = neighboursOf(scene, slot);
  const met = engine.avoidsRecent ? metBy(scene, slot) : () => false;
  let [playersInReach, withoutRoom, lookedAt, waiting] = [0, 0, 0, home.waiting - 1];
  let [elsewhere, metLately] = [0, 0];
  let nearest: { by: number; miss: NearestMiss } | undefined;
  const consider = (other: Slot, obstacles: readonly Obstacle[]) => {
    const worth = obstacles.filter(
      ({ final, rule, miss }) => final || (miss !== undefined && (tally.failed[rule] ?? 0) > 0),
    );
    const [first] = worth.toSorted((a, b) => Number(b.final) - Number(a.final));
    if (first === undefined || distance(worth) >= (nearest?.by ?? Number.POSITIVE_INFINITY)) return;
    const rule = engine.ruleNames[first.rule] ?? '';
    nearest = {
      by: distance(worth),
      miss: { ticketId: tickets.ticket(other).ticketId, rule, ...first.miss },
    };
  };
  for (const other of home.around(slot, Number.POSITIVE_INFINITY, sampleSize).near) {
    lookedAt++;
    if (neighbours?.(other) === false) {
      elsewhere++;
      continue;
    }
    if (met(other)) metLately++;
    const obstacles = seating.obstacles(slot, other);
    if (obstacles === undefined) {
      withoutRoom++;
      continue;
    }
    const final = obstacles.filter((obstacle) => obstacle.final);
    for (const { rule } of final) counts.set(rule, (counts.get(rule) ?? 0) + 1);
    if (final.length === 0) playersInReach += tickets.size(other);
    consider(other, obstacles);
  }
  for (const [index, neighbourhood] of others.entries()) {
    waiting += neighbourhood.waiting;
    const other = index < sampleSize ? neighbourhood.any() : undefined;
    if (other === undefined) continue;
    lookedAt += neighbourhood.waiting;
    const obstacles = seating.obstacles(slot, other) ?? [];
    for (const { rule } of obstacles.filter(({ rule: at }) => engine.keyRules.includes(at)))
      counts.set(rule, (counts.get(rule) ?? 0) + neighbourhood.waiting);
  }
  const blockedBy = [...counts]
    .map(([rule, tickets]) => ({ rule: engine.ruleNames[rule] ?? '', tickets }))
    .sort((a, b) => b.tickets - a.tickets);
  const sample = { waiting, lookedAt };
  return {
    playersInReach,
    withoutRoom,
    elsewhere,
    metLately,
    sample,
    blockedBy,
    ...(nearest && { nearestMiss: nearest.miss }),
  };
}
