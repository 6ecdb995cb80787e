import { expect, test } from 'vitest';
import { compileRuleSet } from '../../../jobs/matchmaking/engine/compile.ts';
import { MatchPool } from '../../../jobs/matchmaking/engine/pool.ts';
import { loadRuleSet } from '../../../jobs/rule-set/load.ts';
import { duelRuleSet } from '../../support/builders.ts';
import { readBlocks, readDocument } from '../../support/documents.ts';
import { now, ticket } from './builders.ts';

const [example] = readBlocks(readDocument('jobs/matchmaking/engine/README.md')).blocks;

test('the example of the README forms a match when a second ticket is there', () => {
  const loaded = loadRuleSet(duelRuleSet);
  if (!loaded.ok) throw new Error('the duel does not load');
  const names = ['compileRuleSet', 'MatchPool', 'ruleSet', 'ticket', 'now', 'seed', 'budget', 'other'];
  const code = example?.code.replace('pool.add(ticket);', 'pool.add(ticket); pool.add(other);');
  const run = new Function(...names, `${code}\nreturn { matches, nextChange, unfinished };`);

  const pass = run(
    compileRuleSet,
    MatchPool,
    loaded.ruleSet,
    ticket('a', { skill: 10 }, 5),
    now,
    1,
    Number.POSITIVE_INFINITY,
    ticket('b', { skill: 10 }, 5),
  );

  expect(pass.matches).toHaveLength(1);
  expect(pass).toMatchObject({ unfinished: false });
});
