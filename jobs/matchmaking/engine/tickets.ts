import type { NumberAggregation } from '../../rule-set/rule-set.ts';
import type { SearchingTicket, TicketPlayer } from '../../ticket/ticket.ts';
import type { Columns } from './columns.ts';
import { Names, stringsIn } from './names.ts';

/** A ticket's place in every column of its pool; it is used again once the ticket is gone. */
export type Slot = number;

/** An attribute that all members of a match share. */
export interface Key {
  readonly name: string;
  readonly aggregation: NumberAggregation | 'each';
}

/** What is read of tickets. */
interface Reading {
  readonly columns: Columns;
  readonly keys: readonly Key[];
  readonly teamIndex: ReadonlyMap<string, number>;
  readonly reported: { readonly column: number } | undefined;
}

/** What is kept of each ticket beside the columns of its engine, which follow these. Times are ms. */
const field = {
  since: 0,
  /** Order of joining the pool; settles ties of age. */
  arrival: 1,
  players: 2,
  backfill: 3,
  team: 4,
  next: 5,
  stage: 6,
  due: 7,
  awake: 8,
  at: 9,
  gap: 10,
  taken: 11,
  gone: 12,
} as const;
const fields = Object.keys(field).length;

/**
 * The waiting tickets of one pool, as rows of numbers. Players who stay together are a row: a party is one, a
 * backfill ticket is a chain of one per player behind one for all of them.
 */
export class Tickets {
  readonly #engine: Reading;
  readonly #width: number;
  #rows: Float64Array;
  #used = 0;
  #free: Slot[] = [];
  #arrivals = 0;
  readonly #tickets: (SearchingTicket | undefined)[] = [];
  readonly #players: (readonly TicketPlayer[])[] = [];
  readonly #keys: string[] = [];
  readonly #names = new Map<string, Names>();

  constructor(engine: Reading) {
    this.#engine = engine;
    this.#width = fields + engine.columns.all.length;
    this.#rows = new Float64Array(16 * this.#width);
  }

  /** The ticket, while it is in the pool. */
  ticket(slot: Slot): SearchingTicket {
    const ticket = this.#tickets[slot];
    if (ticket === undefined) throw new Error(`no ticket is in slot ${slot}`);
    return ticket;
  }
  playersOf(slot: Slot): readonly TicketPlayer[] {
    return this.#players[slot] ?? [];
  }
  /** Tickets with different keys can never meet: values of `=` rules over all players. */
  key(slot: Slot): string {
    return this.#keys[slot] ?? '';
  }

  cell(slot: Slot, column: number): number {
    return this.#get(slot, fields + column);
  }
  since(slot: Slot): number {
    return this.#get(slot, field.since);
  }
  size(slot: Slot): number {
    return this.#get(slot, field.players);
  }
  isBackfill(slot: Slot): boolean {
    return this.#get(slot, field.backfill) === 1;
  }
  /** Fixed team instance, for players of a running match; else -1. */
  team(row: Slot): number {
    return this.#get(row, field.team);
  }
  /** Expansion stage of the ticket's own age, as of the latest pass. */
  stage(slot: Slot): number {
    return this.#get(slot, field.stage);
  }
  /** When it reaches its next stage; -Infinity before its first pass. */
  due(slot: Slot): number {
    return this.#get(slot, field.due);
  }
  /** Whether something changed since it last failed as an anchor. */
  isAwake(slot: Slot): boolean {
    return this.#get(slot, field.awake) === 1;
  }
  /** Place in its neighbourhood. */
  at(slot: Slot): number {
    return this.#get(slot, field.at);
  }
  /** How unlike the anchor it is that looks at it, in units of the rule set's limits. */
  gap(slot: Slot): number {
    return this.#get(slot, field.gap);
  }
  isTaken(slot: Slot): boolean {
    return this.#get(slot, field.taken) === 1;
  }
  isGone(slot: Slot): boolean {
    return this.#get(slot, field.gone) === 1;
  }

  setStage(slot: Slot, stage: number): void {
    this.#set(slot, field.stage, stage);
  }
  setDue(slot: Slot, due: number): void {
    this.#set(slot, field.due, due);
  }
  setAwake(slot: Slot, awake: boolean): void {
    this.#set(slot, field.awake, Number(awake));
  }
  setAt(slot: Slot, at: number): void {
    this.#set(slot, field.at, at);
  }
  setGap(slot: Slot, gap: number): void {
    this.#set(slot, field.gap, gap);
  }
  setTaken(slot: Slot, taken: boolean): void {
    this.#set(slot, field.taken, Number(taken));
  }
  setGone(slot: Slot): void {
    this.#set(slot, field.gone, 1);
  }

  /** The first row of a ticket's players, to go on from by `next`; -1 ends it. */
  firstRow(slot: Slot): Slot {
    const next = this.next(slot);
    return next < 0 ? slot : next;
  }
  next(row: Slot): Slot {
    return this.#get(row, field.next);
  }

  /** By age, then by order of joining the pool. */
  byAge = (one: Slot, other: Slot): number =>
    this.since(one) - this.since(other) || this.#get(one, field.arrival) - this.#get(other, field.arrival);

  #get(slot: Slot, place: number): number {
    return this.#rows[slot * this.#width + place] ?? Number.NaN;
  }

  #set(slot: Slot, place: number, value: number): void {
    this.#rows[slot * this.#width + place] = value;
  }

  /**
   * Undefined when no match can ever hold the ticket: a value is missing, a team unknown, a `=` rule broken
   * by itself, no location common to its players.
   */
  add(ticket: SearchingTicket): Slot | undefined {
    const { columns, teamIndex, reported } = this.#engine;
    const { players, backfill = false, since } = ticket;
    if (players.length === 0) return undefined;
    for (const player of players) {
      if (!columns.complete(player)) return undefined;
      if (backfill && !teamIndex.has(player.team ?? '')) return undefined;
    }
    const key = this.#keyOf(ticket);
    if (key === undefined) return undefined;
    const slot = this.#row(players);
    if (backfill) this.#chain(slot, players);
    if (reported && stringsIn(this.cell(slot, reported.column)) === 0) {
      this.free(slot);
      return undefined;
    }
    this.#tickets[slot] = ticket;
    this.#keys[slot] = key;
    this.#set(slot, field.since, since);
    this.#set(slot, field.arrival, this.#arrivals++);
    this.#set(slot, field.backfill, Number(backfill));
    this.#set(slot, field.due, Number.NEGATIVE_INFINITY);
    this.#set(slot, field.awake, 1);
    return slot;
  }

  #row(players: readonly TicketPlayer[]): Slot {
    const slot = this.#free.pop() ?? this.#used++;
    const start = slot * this.#width;
    if (start === this.#rows.length) {
      const rows = this.#rows;
      this.#rows = new Float64Array(2 * rows.length);
      this.#rows.set(rows);
    }
    this.#rows.fill(0, start, start + fields);
    this.#players[slot] = players;
    this.#set(slot, field.players, players.length);
    this.#set(slot, field.team, -1);
    this.#set(slot, field.next, -1);
    const { all } = this.#engine.columns;
    for (let column = 0; column < all.length; column++)
      this.#rows[start + fields + column] = all[column]?.read(players, this.#namesOf) ?? 0;
    return slot;
  }

  /** A row per player, of which that of all of them has the means, or what they have in common. */
  #chain(slot: Slot, players: readonly TicketPlayer[]): void {
    const rows = players.map((player) => this.#row([player]));
    let last = slot;
    for (const [index, row] of rows.entries()) {
      this.#set(row, field.team, this.#engine.teamIndex.get(players[index]?.team ?? '') ?? -1);
      this.#set(last, field.next, row);
      last = row;
    }
    for (const [column, { together }] of this.#engine.columns.all.entries()) {
      const cells = rows.map((row) => this.cell(row, column)).filter((cell) => !Number.isNaN(cell));
      if (together === 'anew') continue;
      const whole =
        together === 'bits'
          ? cells.reduce((common, own) => common & own)
          : cells.reduce((sum, cell) => sum + cell, 0) / cells.length;
      this.#set(slot, fields + column, whole);
    }
  }

  #keyOf({ players, backfill }: SearchingTicket): string | undefined {
    const { keys, columns } = this.#engine;
    let key = '';
    for (const { name, aggregation } of keys) {
      const parties = backfill ? players.map((player) => [player]) : [players];
      const cells = parties.flatMap((party) => columns.cells(party, { of: 'attribute', name }, aggregation));
      const [first] = cells;
      if (cells.some((cell) => cell !== first)) return undefined;
      key += `${typeof first}:${first}\u0000`;
    }
    return key;
  }

  readonly #namesOf = (what: string): Names => {
    const names = this.#names.get(what) ?? new Names();
    this.#names.set(what, names);
    return names;
  };

  /** The ticket's slot may be another's from now on. */
  free(slot: Slot): void {
    this.#tickets[slot] = undefined;
    for (let row = slot; row >= 0; row = this.next(row)) {
      this.#players[row] = [];
      this.#free.push(row);
    }
  }
}
