import type { z } from 'zod';

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

/** What is wrong at a path, as a user of the fleet is told: `is missing`, `must be at most 43200`. */
export interface PlainProblem {
  readonly path: Path;
  readonly message: string;
}

/** A message that the schema's author did not write. */
const zodsOwn = /^(Invalid|Too (small|big)|Unrecognized key)/;

/** An issue of zod in words that do not need zod to be known. A message that a schema gives is kept. */
export function plainProblems(issue: Issue, above: Path = []): PlainProblem[] {
  const path = [...above, ...issue.path];
  if (!zodsOwn.test(issue.message)) return [{ path, message: issue.message }];
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => ({ path: [...path, key], message: 'is no property of this' }));
    case 'invalid_union':
      return unionProblems(issue, path);
    case 'invalid_key':
      return issue.issues.map((it) => ({ path, message: `its name ${plainProblems(it)[0]?.message}` }));
    case 'invalid_element':
      return issue.issues.flatMap((it) => plainProblems(it, path));
    default:
      return [{ path, message: plainMessage(issue) }];
  }
}

/** The form of a union that fits best: whose problems lie deepest, or are fewest. */
function unionProblems(issue: Extract<Issue, { code: 'invalid_union' }>, path: Path): PlainProblem[] {
  const forms = issue.errors
    .map((issues) => issues.flatMap((it) => plainProblems(it, path)))
    .filter((problems) => problems.length > 0)
    .sort((a, b) => depth(b) - depth(a) || a.length - b.length);
  return forms[0] ?? [{ path, message: 'is none of the values known here' }];
}

const depth = (problems: readonly PlainProblem[]): number =>
  Math.max(...problems.map((it) => it.path.length));

const kinds = new Map([
  ['string', 'text'],
  ['number', 'a number'],
  ['int', 'a whole number'],
  ['boolean', 'true or false'],
  ['array', 'a list'],
  ['tuple', 'a list'],
  ['object', 'an object'],
  ['record', 'an object'],
  ['undefined', 'left out'],
  ['nan', 'not a number'],
]);

const kind = (name: string): string => kinds.get(name.toLowerCase()) ?? name;

function plainMessage(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type': {
      const found = /received (\w+)/.exec(issue.message)?.[1] ?? 'something else';
      if (found === 'undefined') return 'is missing';
      return `must be ${kind(issue.expected)}, found ${kind(found)}`;
    }
    case 'too_small':
      return amount(issue.origin, issue.inclusive === false ? 'more than' : 'at least', issue.minimum);
    case 'too_big':
      return amount(issue.origin, issue.inclusive === false ? 'less than' : 'at most', issue.maximum);
    case 'invalid_value':
      return `must be ${issue.values.map((it) => JSON.stringify(it)).join(' or ')}`;
    case 'invalid_format':
      return issue.pattern ? `must have the form ${issue.pattern}` : `must have the form of ${issue.format}`;
    case 'not_multiple_of':
      return `must be a multiple of ${issue.divisor}`;
    default:
      return 'is not valid';
  }
}

function amount(origin: string, limit: string, number: number | bigint): string {
  const things = {
    string: 'character',
    array: 'entry',
    set: 'entry',
    object: 'property',
    record: 'property',
  };
  const thing = Object.hasOwn(things, origin) ? things[origin as keyof typeof things] : undefined;
  if (thing === undefined) return `must be ${limit} ${number}`;
  const many = thing.endsWith('y') ? `${thing.slice(0, -1)}ies` : `${thing}s`;
  return `must have ${limit} ${number} ${Number(number) === 1 ? thing : many}`;
}
