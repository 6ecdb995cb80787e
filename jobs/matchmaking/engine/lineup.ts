import type { Seated } from './found.ts';
import { everything, stringsIn } from './names.ts';
import { type Run, start } from './runs.ts';
import type { Slot, Tickets } from './tickets.ts';

/** A column of bits, and the run of what all members have in common there. */
export interface SharedBits {
  readonly column: number;
  readonly run: number;
}

/** What a line-up needs to know of its engine. */
interface Frame {
  readonly algorithm: { readonly expansionAgeSelection: 'newest' | 'oldest' };
  readonly stages: readonly { readonly room: readonly number[]; readonly reach: SharedBits | undefined }[];
  readonly boundByReach: boolean;
  readonly reported: SharedBits | undefined;
  readonly runs: readonly Run[];
}

/**
 * A match being built: who is on which team so far, in the order they joined. Seating a ticket and taking it
 * away again costs the engine's runs, whatever the size of the match.
 */
export class Lineup {
  /** Rows of tickets per team instance. */
  readonly teams: Slot[][];
  /** Players per team instance. */
  readonly counts: number[];
  readonly members: Slot[] = [];
  /** Team of each member; -1 for a backfill ticket, whose players bring their teams. */
  readonly places: number[] = [];
  players = 0;
  /** Whether a backfill ticket is among them. */
  backfill = false;
  /** Index of the expansion stage whose rules judge this match. */
  stage = 0;
  readonly tickets: Tickets;
  readonly #engine: Frame;
  /** The most players each team can have at any age. */
  readonly #room: readonly number[];
  /** By run, then team; of runs over the match only the first place is used. */
  readonly #values: Float64Array;
  /** Values before each change of one, latest last, and their places. */
  #before = new Float64Array(256);
  #changed = new Int32Array(256);
  #changes = 0;
  /** By member: the changes and the stage before it joined. */
  readonly #marks: number[] = [];
  readonly #stages: number[] = [];

  constructor({ engine, tickets }: { readonly engine: Frame; readonly tickets: Tickets }) {
    this.#engine = engine;
    this.tickets = tickets;
    this.#room = engine.stages.at(-1)?.room ?? [];
    this.teams = this.#room.map(() => []);
    this.counts = this.#room.map(() => 0);
    const teams = this.#room.length;
    this.#values = Float64Array.from(
      { length: engine.runs.length * teams },
      (_, at) => start[engine.runs[Math.floor(at / teams)]?.of ?? 'sum'],
    );
  }

  /** A run's value on a team; of a run over the match, on team 0. */
  value(run: number, team: number): number {
    return this.#values[run * this.#room.length + team] ?? Number.NaN;
  }

  /** Seats still free on these teams. */
  seatsLeft(teams: readonly number[]): number {
    let seats = 0;
    for (const team of teams) seats += (this.#room[team] ?? 0) - (this.counts[team] ?? 0);
    return seats;
  }

  /** A backfill ticket alone is a match already running, not a new one. */
  get isRunning(): boolean {
    return this.backfill && this.members.length === 1;
  }

  /** Bits of the locations that all members report, where that matters. */
  get reported(): number {
    const { reported } = this.#engine;
    return reported === undefined ? everything : this.value(reported.run, 0);
  }

  /**
   * False only where no location can suit the members and this ticket, at any stage that they may be judged
   * at together.
   */
  reaches(slot: Slot): boolean {
    const { stages, boundByReach } = this.#engine;
    if (!boundByReach || this.members.length === 0) return true;
    const reach = stages[Math.min(this.stage, this.tickets.stage(slot))]?.reach;
    return (
      reach === undefined || stringsIn(this.value(reach.run, 0) & this.tickets.cell(slot, reach.column)) !== 0
    );
  }

  push(slot: Slot, place: number): void {
    const { tickets } = this;
    const stage = tickets.stage(slot);
    this.#marks.push(this.#changes);
    this.#stages.push(this.stage);
    const newest = this.#engine.algorithm.expansionAgeSelection === 'newest';
    if (this.members.length === 0 || (newest ? stage < this.stage : stage > this.stage)) this.stage = stage;
    this.members.push(slot);
    this.places.push(place);
    this.players += tickets.size(slot);
    const backfill = tickets.isBackfill(slot);
    if (backfill) this.backfill = true;
    for (let row = tickets.firstRow(slot); row >= 0; row = tickets.next(row)) {
      const team = backfill ? tickets.team(row) : place;
      this.teams[team]?.push(row);
      this.counts[team] = (this.counts[team] ?? 0) + tickets.size(row);
      this.#count(row, team);
    }
  }

  #count(row: Slot, team: number): void {
    const { tickets } = this;
    const { runs } = this.#engine;
    const teams = this.#room.length;
    for (let run = 0; run < runs.length; run++) {
      const { of, column, times, ofMatch } = runs[run] as Run;
      const cell = tickets.cell(row, column);
      const at = run * teams + (ofMatch ? 0 : team);
      const before = this.#values[at] ?? 0;
      let after = before;
      if (of === 'and') after = before & cell;
      else if (of !== 'sum') {
        // NaN is neither.
        if (of === 'min' ? cell < before : cell > before) after = cell;
      } else {
        const weight =
          times === 'once' ? 1 : times === 'players' ? tickets.size(row) : tickets.cell(row, times);
        if (weight > 0) after = before + weight * cell;
      }
      if (after === before) continue;
      if (this.#changes === this.#changed.length) this.#grow();
      this.#before[this.#changes] = before;
      this.#changed[this.#changes++] = at;
      this.#values[at] = after;
    }
  }

  #grow(): void {
    const [before, changed] = [this.#before, this.#changed];
    this.#before = new Float64Array(2 * before.length);
    this.#changed = new Int32Array(2 * changed.length);
    this.#before.set(before);
    this.#changed.set(changed);
  }

  pop(): void {
    const { tickets } = this;
    const slot = this.members.pop();
    const place = this.places.pop();
    if (slot === undefined || place === undefined) return;
    const mark = this.#marks.pop() ?? 0;
    while (this.#changes > mark)
      this.#values[this.#changed[--this.#changes] ?? 0] = this.#before[this.#changes] ?? 0;
    this.stage = this.#stages.pop() ?? 0;
    this.players -= tickets.size(slot);
    const backfill = tickets.isBackfill(slot);
    if (backfill) this.backfill = false;
    for (let row = tickets.firstRow(slot); row >= 0; row = tickets.next(row)) {
      const team = backfill ? tickets.team(row) : place;
      this.teams[team]?.pop();
      this.counts[team] = (this.counts[team] ?? 0) - tickets.size(row);
    }
  }

  /** These tickets in place of those that are seated. */
  seat({ members, places }: Seated): void {
    this.clear();
    for (let index = 0; index < members.length; index++) this.push(members[index] ?? -1, places[index] ?? -1);
  }

  clear(): void {
    while (this.members.length > 0) this.pop();
  }
}
