import type { Block, Candidate } from './candidate.ts';

/** A match being built: who is on which team so far, in the order they joined. */
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
  readonly #stages: number[] = [];
  readonly #reported: number[] = [];
  readonly #room: readonly number[];
  readonly #age: 'newest' | 'oldest';

  /** `room`: the most players each team can have at any age. */
  constructor(room: readonly number[], age: 'newest' | 'oldest') {
    this.#room = room;
    this.teams = room.map(() => []);
    this.counts = room.map(() => 0);
    this.#age = age;
  }

  /** Seats still free on these teams. */
  seatsLeft(teams: readonly number[]): number {
    let seats = 0;
    for (const team of teams) seats += (this.#room[team] ?? 0) - (this.counts[team] ?? 0);
    return seats;
  }

  push(candidate: Candidate, place: number): void {
    this.members.push(candidate);
    this.places.push(place);
    this.#stages.push(this.stage);
    this.#reported.push(this.reported);
    this.reported &= candidate.reported;
    if (this.members.length === 1) this.stage = candidate.stage;
    else if (this.#age === 'newest' ? candidate.stage < this.stage : candidate.stage > this.stage)
      this.stage = candidate.stage;
    this.players += candidate.size;
    if (candidate.backfill) this.backfill = true;
    for (const block of candidate.blocks) {
      const team = block.team ?? place;
      this.teams[team]?.push(block);
      this.counts[team] = (this.counts[team] ?? 0) + block.size;
    }
  }

  pop(): void {
    const candidate = this.members.pop();
    const place = this.places.pop();
    if (candidate === undefined || place === undefined) return;
    this.stage = this.#stages.pop() ?? 0;
    this.reported = this.#reported.pop() ?? -1;
    this.players -= candidate.size;
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
