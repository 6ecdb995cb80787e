import type { SearchingTicket } from '../ticket.ts';
import { reportedBy } from './batch.ts';
import type { Candidate } from './candidate.ts';
import type { Engine } from './engine.ts';
import { Seating } from './seating.ts';
import { round } from './summary.ts';

/**
 * Why no match can ever hold a ticket, a sentence each; none when one could. `candidate` is the ticket as the pool took
 * it in, undefined where it did not; `deadline` (ms) is when the ticket times out.
 */
export function neverReasons(
  engine: Engine,
  ticket: SearchingTicket,
  candidate: Candidate | undefined,
  deadline: number,
): string[] {
  return candidate === undefined ? unreadable(engine, ticket) : barred(engine, candidate, deadline);
}

function unreadable(engine: Engine, { players, backfill }: SearchingTicket): string[] {
  if (players.length === 0) return ['it holds no player'];
  const reasons = players.flatMap((player) => [
    ...engine.ruleSet.attributes
      .filter(({ name }) => engine.columns.content(player, name) === undefined)
      .map(({ name, type }) => `player "${player.playerId}" has no ${type} "${name}", which has no default`),
    ...(backfill && !engine.teamIndex.has(player.team ?? '')
      ? [`player "${player.playerId}" is on no team of the rule set: "${player.team ?? ''}"`]
      : []),
  ]);
  if (reasons.length === 0 && reportedBy(players, new Map()) === 0)
    return ['its own players report no location in common'];
  return reasons.length > 0 ? reasons : ['its own players differ in what all players of a match must share'];
}

/** Alone it already breaks a rule, or has no room, at every age it will reach. */
function barred(engine: Engine, candidate: Candidate, deadline: number): string[] {
  const seating = new Seating(engine);
  const { since } = candidate.ticket;
  let reasons: string[] | undefined;
  for (let stage = candidate.stage; stage < engine.stages.length; stage++) {
    const found = barredAt(engine, seating, { ...candidate, stage });
    const from = since + (engine.stages[stage]?.from ?? 0);
    if (found.length === 0 && from < deadline) return [];
    if (found.length === 0)
      return (reasons ?? []).map((reason) => `${reason}; it times out before that is relaxed`);
    reasons ??= found;
  }
  return reasons ?? [];
}

function barredAt(engine: Engine, seating: Seating, candidate: Candidate): string[] {
  const obstacles = seating.obstacles(candidate);
  const largest = Math.max(...(engine.stages[candidate.stage]?.room ?? []));
  if (obstacles === undefined)
    return [
      candidate.backfill
        ? 'its teams hold more players than they may'
        : `a party of ${candidate.size} fits no team; the largest takes ${largest}`,
    ];
  return obstacles
    .filter(({ final }) => final)
    .map(({ rule, miss }) => {
      const isLatency = engine.ruleSet.rules[rule]?.type === 'latency';
      const silent = candidate.ticket.players.find(
        ({ latencyInMs = {} }) => Object.keys(latencyInMs).length === 0,
      );
      if (isLatency && silent !== undefined)
        return `player "${silent.playerId}" reported no latency, and rule "${engine.ruleNames[rule]}" needs one`;
      const how = miss === undefined ? '' : ` by ${round(miss.by)}`;
      return `${isLatency ? 'no location suits it: ' : ''}by itself it fails rule "${engine.ruleNames[rule]}"${how}`;
    });
}
