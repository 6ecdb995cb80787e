import type { NumberAggregation } from '../rule-set/rule-set.ts';
import type { SearchingTicket, TicketPlayer } from '../ticket.ts';
import { reachOf, reportedBy } from './batch.ts';
import type { Block, Candidate } from './candidate.ts';
import { reduced } from './columns.ts';
import type { Engine } from './engine.ts';
import { fastestOf } from './fastest-region.ts';
import { sortValue } from './preference.ts';

// Shared by all tickets: of 100,000, what each keeps for itself counts.
const nowhere: Candidate['reach'] = [];
const unsorted: Candidate['sorts'] = [];
const unmeasured: Block['latencies'] = [];

/** Undefined when no match can ever hold the ticket: a value is missing, a team unknown, a `=` rule broken by itself. */
export function candidateOf(
  engine: Engine,
  ticket: SearchingTicket,
  arrival: number,
  locations: Map<string, number>,
): Candidate | undefined {
  if (ticket.players.length === 0) return undefined;
  for (const player of ticket.players) if (!engine.columns.complete(player)) return undefined;
  const parties = ticket.backfill ? ticket.players.map((player) => [player]) : [ticket.players];
  const blocks: Block[] = [];
  for (const players of parties) {
    const team = ticket.backfill ? engine.teamIndex.get(players[0]?.team ?? '') : undefined;
    if (ticket.backfill && team === undefined) return undefined;
    blocks.push({
      size: players.length,
      team,
      cells: engine.columns.read(players),
      latencies:
        engine.latencyAggregations.length === 0
          ? unmeasured
          : engine.latencyAggregations.map((aggregation) => latenciesOf(players, aggregation)),
    });
  }
  const key = keyOf(engine, blocks);
  if (key === undefined) return undefined;
  const reported = engine.latencyAggregations.length === 0 ? reportedBy(ticket.players, locations) : -1;
  if (reported === 0) return undefined;
  return {
    ticket,
    size: ticket.players.length,
    blocks,
    backfill: ticket.backfill === true,
    key,
    numbers: engine.measures.map(({ column }) => meanOf(blocks, column)),
    reach:
      engine.latencyAggregations.length === 0
        ? nowhere
        : engine.stages.map(({ latencyLimits }) => reachOf(blocks, latencyLimits, locations)),
    reported,
    crowded: locations.size > 31,
    fastest: engine.algorithm.batchingPreference === 'fastestRegion' ? fastestOf(ticket.players) : undefined,
    sorts:
      engine.sortRules.length === 0
        ? unsorted
        : engine.sortRules.map((rule) => sortValue(rule, engine.columns, ticket.players)),
    arrival,
    stage: 0,
    due: Number.NEGATIVE_INFINITY,
    awake: true,
    at: -1,
    taken: false,
    gone: false,
  };
}

function latenciesOf(players: readonly TicketPlayer[], aggregation: NumberAggregation): Map<string, number> {
  const [first, ...others] = players.map((player) => player.latencyInMs ?? {});
  const latencies = new Map<string, number>();
  for (const [location, latency] of Object.entries(first ?? {})) {
    const all = [latency, ...others.map((reported) => reported[location])];
    if (all.every((value) => value !== undefined)) latencies.set(location, reduced(all, aggregation));
  }
  return latencies;
}

function keyOf(engine: Engine, blocks: readonly Block[]): string | undefined {
  let key = '';
  for (const column of engine.keyColumns) {
    const first = blocks[0]?.cells[column]?.[0];
    for (const block of blocks)
      for (const cell of block.cells[column] ?? []) if (cell !== first) return undefined;
    key += `${typeof first}:${first}\u0000`;
  }
  return key;
}

function meanOf(blocks: readonly Block[], column: number): number {
  let sum = 0;
  let count = 0;
  for (const block of blocks)
    for (const cell of block.cells[column] ?? []) {
      sum += Number(cell);
      count++;
    }
  return count === 0 ? 0 : sum / count;
}
