import type { SearchingTicket } from '../../ticket/ticket.ts';
import { reportedBy } from './batch.ts';
import type { Engine } from './engine.ts';
import { Names, stringsIn } from './names.ts';
import type { Scene } from './scene.ts';
import { Seating } from './seating.ts';
import { round } from './summary.ts';
import type { Slot } from './tickets.ts';

/**
 * Why no match can ever hold a ticket, a sentence each; none when one could. `slot` is where the pool took
 * it in, undefined where it did not; `deadline` (ms) is when the ticket times out.
 */
export function neverReasons(
  scene: Scene,
  ticket: SearchingTicket,
  slot: Slot | undefined,
  deadline: number,
): string[] {
  return slot === undefined ? unreadable(scene.engine, ticket) : barred(scene, slot, deadline);
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
  const names = new Names();
  if (reasons.length === 0 && stringsIn(reportedBy(players, () => names)) === 0)
    return ['its own players report no location in common'];
  return reasons.length > 0 ? reasons : ['its own players differ in what all players of a match must share'];
}

/** Alone it already breaks a rule, or has no room, at every age it will reach. */
function barred(scene: Scene, slot: Slot, deadline: number): string[] {
  const { engine, tickets } = scene;
  const seating = new Seating(scene);
  const own = tickets.stage(slot);
  const since = tickets.since(slot);
  let reasons: string[] | undefined;
  for (let stage = own; stage < engine.stages.length; stage++) {
    tickets.setStage(slot, stage);
    const found = barredAt(scene, seating, slot);
    tickets.setStage(slot, own);
    const from = since + (engine.stages[stage]?.from ?? 0);
    if (found.length === 0 && from < deadline) return [];
    if (found.length === 0)
      return (reasons ?? []).map((reason) => `${reason}; it times out before that is relaxed`);
    reasons ??= found;
  }
  return reasons ?? [];
}

function barredAt({ engine, tickets }: Scene, seating: Seating, slot: Slot): string[] {
  const obstacles = seating.obstacles(slot);
  const largest = Math.max(...(engine.stages[tickets.stage(slot)]?.room ?? []));
  if (obstacles === undefined)
    return [
      tickets.isBackfill(slot)
        ? 'its teams hold more players than they may'
        : `a party of ${tickets.size(slot)} fits no team; the largest takes ${largest}`,
    ];
  return obstacles
    .filter(({ final }) => final)
    .map(({ rule, miss }) => {
      const isLatency = engine.ruleSet.rules[rule]?.type === 'latency';
      const silent = tickets
        .playersOf(slot)
        .find(({ latencyInMs = {} }) => Object.keys(latencyInMs).length === 0);
      if (isLatency && silent !== undefined)
        return `player "${silent.playerId}" reported no latency, and rule "${engine.ruleNames[rule]}" needs one`;
      const how = miss === undefined ? '' : ` by ${round(miss.by)}`;
      return `${isLatency ? 'no location suits it: ' : ''}by itself it fails rule "${engine.ruleNames[rule]}"${how}`;
    });
}
