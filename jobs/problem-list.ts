/** Problems that one message names; more would hide the first of them. */
const mostNamed = 20;
/** Characters of one problem: what a caller sent may be in it. */
const longest = 400;

/** A list of problems of bounded length: the first twenty, each cut where it is too long, and how many more there are. */
export function problemList(problems: readonly string[], most = mostNamed): string[] {
  const named = problems.slice(0, most).map(cut);
  return problems.length > most ? [...named, `and ${problems.length - most} more`] : named;
}

const cut = (problem: string): string =>
  problem.length > longest ? `${problem.slice(0, longest - 1)}…` : problem;
