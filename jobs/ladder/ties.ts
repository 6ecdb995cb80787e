/** A group of this many tied teams or fewer is put in every order, of which there are 24. */
const mostExact = 4;
/** Orders of one match at most. */
const mostOrders = 240;

/**
 * Orders without ties that stand together for ranks with ties (the lowest rank is best): per order the place
 * of each team. `compare` orders tied teams by their strength, so that it does not matter in which order they
 * are given.
 *
 * The Plackett-Luce model that Weng and Lin rate by (JMLR 12, 2011, section 5) has no ties. Their extension,
 * which `openskill` has, counts a team as beaten by all that it tied with: it rates two that share first
 * place lower than one that came third alone. We take a tie for an order that nobody saw (a partial ranking:
 * Hunter, "MM algorithms for generalized Bradley-Terry models", Annals of Statistics 32, 2004, section 5) and
 * average what the model says of the orders that it may have been. In each of them the better of two equal
 * teams gains more, so it does on average. In a larger group each team comes to each place equally often.
 */
export function ordersOf(
  ranks: readonly number[],
  compare: (one: number, other: number) => number,
): number[][] {
  const groups = [...alike(ranks.keys(), (team) => ranks[team] ?? 0)]
    .sort(([one], [other]) => one - other)
    .map(([, teams]) => ordersOfGroup(teams.toSorted(compare)));
  // What the model says of a team is a sum over places, so orders of different groups need not be combined
  // with each other.
  const together = groups.reduce((count, { length }) => leastCommonMultiple(count, length), 1);
  const count = together <= mostOrders ? together : Math.max(...groups.map((group) => group.length));
  return Array.from({ length: count }, (_, n) => {
    const places: number[] = [];
    let place = 0;
    for (const group of groups) for (const team of group[n % group.length] ?? []) places[team] = place++;
    return places;
  });
}

const ordersOfGroup = (teams: readonly number[]): number[][] =>
  teams.length <= mostExact ? permutations(teams) : rotations(teams);

function permutations(teams: readonly number[]): number[][] {
  if (teams.length < 2) return [[...teams]];
  return teams.flatMap((first) =>
    permutations(teams.filter((team) => team !== first)).map((others) => [first, ...others]),
  );
}

/** Each team at each place, among neighbours that come before it as often as after it. */
const rotations = (teams: readonly number[]): number[][] =>
  teams.flatMap((_, by) => {
    const turned = [...teams.slice(by), ...teams.slice(0, by)];
    return [turned, turned.toReversed()];
  });

function leastCommonMultiple(one: number, other: number): number {
  let [rest, divisor] = [one, other];
  while (divisor > 0) [rest, divisor] = [divisor, rest % divisor];
  return (one / rest) * other;
}

/**
 * Those of which the same is said, together. `Map.groupBy` is not there in Node 20, on which the client runs.
 */
export function alike<T, Said>(all: Iterable<T>, say: (one: T) => Said): Map<Said, T[]> {
  const groups = new Map<Said, T[]>();
  for (const one of all) {
    const said = say(one);
    const group = groups.get(said);
    if (group) group.push(one);
    else groups.set(said, [one]);
  }
  return groups;
}
