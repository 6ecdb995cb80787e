import type { NumberAggregation } from '../rule-set/rule-set.ts';
import type { SearchingTicket, TicketPlayer } from '../ticket.ts';
import { fastestOf, reachOf, reportedBy } from './batch.ts';
import { type Cell, reduced } from './columns.ts';
import type { Engine } from './engine.ts';
import { type SortValue, sortValue } from './preference.ts';

/** Players who join together, on one team. A party is one block; in a backfill ticket each player is one. */
export interface Block {
  readonly size: number;
  /** Fixed team instance, for players of a running match. */
  readonly team: number | undefined;
  /** Cells by column of the engine. */
  readonly cells: readonly (readonly Cell[])[];
  /** Latency in ms by location, one map per aggregation that a rule asks for. Only locations all members report. */
  readonly latencies: readonly ReadonlyMap<string, number>[];
}

/** A ticket as the search sees it: everything the rules read, read once. */
export interface Candidate {
  readonly ticket: SearchingTicket;
  readonly size: number;
  readonly blocks: readonly Block[];
  readonly backfill: boolean;
  /** Tickets with different keys can never meet: values of string batchDistance and `=` rules. */
  readonly key: string;
  /** The numbers that decide who suits whom, by `Engine.nearness`. */
  readonly numbers: readonly number[];
  /** Per stage, the locations whose latency suits the ticket, one bit each; more than 31 locations share bits. */
  readonly reach: readonly number[];
  /**
   * Without a latency rule, bits of the locations that all its players with latencies report, all bits where none does: a
   * match needs one in common. More than 31 locations share bits, and `crowded` says that these may be shared.
   */
  readonly reported: number;
  readonly crowded: boolean;
  /** Bit of its fastest location. */
  readonly fastest: number;
  /** What the sort rules look at, by `Engine.sortRules`. */
  readonly sorts: readonly SortValue[];
  /** Order of joining the pool; settles ties of age. */
  readonly arrival: number;
  /** Expansion stage of this ticket's own age, as of the latest pass. */
  stage: number;
  /** When (ms) it reaches its next stage; -Infinity before its first pass. */
  due: number;
  /** Whether something changed since it last failed as an anchor. */
  awake: boolean;
  /** Place in its neighbourhood. */
  at: number;
  /** In a match. */
  taken: boolean;
  /** Out of the pool. */
  gone: boolean;
}

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
    numbers: engine.nearness.map(({ column }) => meanOf(blocks, column)),
    reach:
      engine.latencyAggregations.length === 0
        ? nowhere
        : engine.stages.map(({ latencyLimits }) => reachOf(blocks, latencyLimits, locations)),
    reported,
    crowded: reported !== -1 && locations.size > 31,
    fastest: fastestOf(blocks, locations),
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
