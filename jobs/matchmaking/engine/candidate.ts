import type { SearchingTicket } from '../ticket.ts';
import type { Cell } from './columns.ts';

/** What a sort rule looks at in one ticket: the party's number, its string, or its map with one number per key. */
export type SortValue = number | string | Readonly<Record<string, number>> | undefined;

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
  /** The numbers that decide who suits whom, by `Engine.measures`. */
  readonly numbers: readonly number[];
  /** Per stage, the locations whose latency suits the ticket, one bit each; more than 31 locations share bits. */
  readonly reach: readonly number[];
  /**
   * Without a latency rule, bits of the locations that all its players with latencies report, all bits where none does: a
   * match needs one in common. More than 31 locations share bits, and `crowded` says that these may be shared.
   */
  readonly reported: number;
  readonly crowded: boolean;
  /** Its fastest location; undefined where its players report none, or nobody asks. */
  readonly fastest: string | undefined;
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
