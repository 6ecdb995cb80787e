import type { Block, Candidate } from './candidate.ts';

/** What a line-up needs to know of its engine. */
interface Frame {
  readonly algorithm: { readonly expansionAgeSelection: 'newest' | 'oldest' };
  readonly stages: readonly { readonly room: readonly number[]; readonly boundByReach: boolean }[];
}

/** A match being built: who is on which team so far, in the order they joined. What rules read often is kept up to date. */
export class Lineup {
  /** Blocks per team instance. */
  readonly teams: Block[][];
  /** Players per team instance. */
  readonly counts: number[];
  readonly members: Candidate[] = [];
  /** Team of each member; -1 for a backfill ticket, whose players bring their teams. */
  readonly places: number[] = [];
  players = 0;
  /** Whether a backfill ticket is among them. */
  backfill = false;
  /** Index of the expansion stage whose rules judge this match. */
  stage = 0;
  /** Bits of the locations that all members report; see `Candidate.reported`. */
  reported = -1;
  /** Members whose location bits may be shared by several locations. */
  crowded = 0;
  readonly #engine: Frame;
  /** The most players each team can have at any age. */
  readonly #room: readonly number[];
  readonly #stages: number[] = [];
  readonly #reported: number[] = [];
  /** By member, then stage: the locations that suit it and all members before it, as bits. */
  readonly #reach: number[] = [];

  constructor(engine: Frame) {
    this.#engine = engine;
    this.#room = engine.stages.at(-1)?.room ?? [];
    this.teams = this.#room.map(() => []);
    this.counts = this.#room.map(() => 0);
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

  /** Bits of the locations whose latency suits all members, as of the line-up's stage. */
  get reach(): number {
    const stages = this.#engine.stages.length;
    return this.#reach[(this.members.length - 1) * stages + this.stage] ?? -1;
  }

  /** False only where no location can suit the members and this ticket, at any stage that they may be judged at together. */
  reaches({ reach, stage }: Candidate): boolean {
    const { stages } = this.#engine;
    const at = Math.min(this.stage, stage);
    if (this.members.length === 0 || stages[at]?.boundByReach !== true) return true;
    return ((this.#reach[(this.members.length - 1) * stages.length + at] ?? -1) & (reach[at] ?? -1)) !== 0;
  }

  push(candidate: Candidate, place: number): void {
    if (candidate.reach.length > 0) this.#pushReach(candidate);
    this.members.push(candidate);
    this.places.push(place);
    this.#stages.push(this.stage);
    this.#reported.push(this.reported);
    this.reported &= candidate.reported;
    if (candidate.crowded) this.crowded++;
    const newest = this.#engine.algorithm.expansionAgeSelection === 'newest';
    if (this.members.length === 1) this.stage = candidate.stage;
    else if (newest ? candidate.stage < this.stage : candidate.stage > this.stage)
      this.stage = candidate.stage;
    this.players += candidate.size;
    if (candidate.backfill) this.backfill = true;
    for (const block of candidate.blocks) {
      const team = block.team ?? place;
      this.teams[team]?.push(block);
      this.counts[team] = (this.counts[team] ?? 0) + block.size;
    }
  }

  #pushReach({ reach }: Candidate): void {
    const base = this.members.length * reach.length;
    for (let stage = 0; stage < reach.length; stage++) {
      const before = base === 0 ? -1 : (this.#reach[base - reach.length + stage] ?? -1);
      this.#reach[base + stage] = before & (reach[stage] ?? -1);
    }
  }

  pop(): void {
    const candidate = this.members.pop();
    const place = this.places.pop();
    if (candidate === undefined || place === undefined) return;
    this.stage = this.#stages.pop() ?? 0;
    this.reported = this.#reported.pop() ?? -1;
    this.players -= candidate.size;
    if (candidate.crowded) this.crowded--;
    if (candidate.backfill) this.backfill = false;
    for (const block of candidate.blocks) {
      const team = block.team ?? place;
      this.teams[team]?.pop();
      this.counts[team] = (this.counts[team] ?? 0) - block.size;
    }
  }

  clear(): void {
    while (this.members.length > 0) this.pop();
  }
}
