/** What is wrong with one field; `path` is '' for the whole. */
export interface Problem {
  readonly path: string;
  readonly message: string;
}

/** Problems that one message names; more would hide the first of them. */
const mostNamed = 20;
/** Characters of one problem: what a caller sent may be in it. */
const longest = 400;

/** A problem as one line of a message. */
export const problemLine = ({ path, message }: Problem): string => (path ? `${path}: ${message}` : message);

/**
 * A list of problems of bounded length: the first twenty, each cut where it is too long, and how many more
 * there are.
 */
export function problemList(problems: readonly string[], most = mostNamed): string[] {
  const named = problems.slice(0, most).map(cut);
  return problems.length > most ? [...named, `and ${problems.length - most} more`] : named;
}

/** The same of problems with their paths; the number of those left out is a problem without a path. */
export function boundedProblems(problems: readonly Problem[]): Problem[] {
  const named = problems.slice(0, mostNamed);
  const left = problems.length - named.length;
  const bounded = named.map(({ path, message }) => ({ path: cut(path), message: cut(message) }));
  return left > 0 ? [...bounded, { path: '', message: `and ${left} more` }] : bounded;
}

/**
 * The problems that a reason names, as `field: what is wrong` joined by semicolons: so scripts and workers
 * give reasons.
 */
export const problemsIn = (reason: string): Problem[] =>
  reason.split(/; |\n/).flatMap((text) => {
    const [, path, message] = /^([a-zA-Z][\w-]*(?:\[\d+\]|\.[^\s:.[\]]+)*): (.+)$/s.exec(text) ?? [];
    return path && message ? [{ path, message }] : [];
  });

const cut = (problem: string): string =>
  problem.length > longest ? `${problem.slice(0, longest - 1)}…` : problem;
