import type { Statement } from './expression.ts';
import { ExpressionError } from './parse-expression.ts';
import { ruleSetLimits } from './rule-set.ts';

const operators = ['and', 'or', 'xor', 'not'] as const;

/** Reads `or(and(A, B), not(C))`. Rule names may hold hyphens and spaces. Throws `ExpressionError`. */
export function parseStatement(text: string): Statement {
  const tokens = text.match(/[(),]|[^(),]+/g)?.map((token) => token.trim()) ?? [];
  const words = tokens.filter((token) => token !== '');
  const [statement, rest] = parseFrom(words, 0);
  if (rest < words.length)
    throw new ExpressionError(`"${words[rest]}" follows after the end of the statement`);
  return statement;
}

function parseFrom(words: readonly string[], at: number, depth = 0): [Statement, next: number] {
  if (depth > ruleSetLimits.nesting)
    throw new ExpressionError(`operators stand in each other more than ${ruleSetLimits.nesting} deep`);
  const word = words[at];
  if (word === undefined || /^[(),]$/.test(word))
    throw new ExpressionError(
      `expected a rule name or and(…), or(…), not(…), xor(…), found ${word ?? 'the end'}`,
    );
  if (words[at + 1] !== '(') return [{ kind: 'rule', name: word }, at + 1];
  const kind = operators.find((operator) => operator === word.toLowerCase());
  if (kind === undefined)
    throw new ExpressionError(`"${word}" is no operator; the operators are and, or, not, xor`);
  const of: Statement[] = [];
  let next = at + 1;
  do {
    const [argument, end] = parseFrom(words, next + 1, depth + 1);
    of.push(argument);
    next = end;
  } while (words[next] === ',');
  if (words[next] !== ')') throw new ExpressionError(`"${word}(" is not closed`);
  if (kind === 'not' ? of.length !== 1 : of.length < 2)
    throw new ExpressionError(`${kind} takes ${kind === 'not' ? 'one argument' : 'two or more arguments'}`);
  return [{ kind, of }, next + 1];
}
