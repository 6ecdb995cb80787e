/**
 * An aggregate that line-ups keep up to date: the sum, smallest or largest of a column's numbers, or what its
 * bits have in common. A sum counts each party's number once, as often as it has players, or as often as
 * another of its columns says.
 */
export interface Run {
  readonly of: 'sum' | 'min' | 'max' | 'and';
  readonly column: number;
  readonly times: 'once' | 'players' | number;
  /** Over all players of the match; else over those of each team. */
  readonly ofMatch: boolean;
}

/** What a run stands at while nobody is in it. */
export const start = {
  sum: 0,
  min: Number.POSITIVE_INFINITY,
  max: Number.NEGATIVE_INFINITY,
  and: -1,
} as const;

/** Every run that rules read. They address runs by index. */
export class Runs {
  readonly all: Run[] = [];

  index(run: Run): number {
    const { of, column, times, ofMatch } = run;
    const known = this.all.findIndex(
      (it) => it.of === of && it.column === column && it.times === times && it.ofMatch === ofMatch,
    );
    return known >= 0 ? known : this.all.push(run) - 1;
  }
}
