import { expect, test } from 'vitest';
import { violations } from '../../../jobs/invariants/naive-checker.ts';
import { formMatches } from '../../../jobs/matchmaking/engine/form-matches.ts';
import { MatchPool } from '../../../jobs/matchmaking/engine/pool.ts';
import { engineOf, now, ticket, versus } from './builders.ts';

const everybody = (attribute: string) => `flatten(teams[*].players.attributes[${attribute}])`;
const names = Array.from({ length: 100 }, (_, index) => `name${index}`);

test('a hundred strings, more than bits tell apart, still equal themselves alone (invariant 6)', () => {
  const raw = versus(1, [
    { type: 'comparison', measurements: [everybody('mode')], operation: '=' },
    { type: 'compound', statement: 'not(not(rule0))' },
  ]);
  const lonely = names.map((mode) => ticket(mode, { mode }));
  const partners = names.map((mode) => ticket(`${mode}-too`, { mode }));

  expect(formMatches(engineOf(raw), lonely, now, 1).matches).toEqual([]);
  const { matches } = formMatches(engineOf(raw), [...lonely, ...partners], now, 1);
  expect(matches).toHaveLength(names.length);
  for (const match of matches) expect(violations(raw, match, now)).toEqual([]);
});

test('a hundred locations and list entries are told apart, too (invariant 6)', () => {
  const raw = versus(1, [
    { type: 'collection', operation: 'intersection', measurements: [everybody('roles')], minCount: 1 },
    { type: 'latency', maxLatency: 50 },
  ]);
  const waiting = names.map((name, index) =>
    ticket(name, { roles: [name, `pair${index >> 1}`], latency: { [name]: 20, [`near${index >> 2}`]: 20 } }),
  );

  const { matches } = formMatches(engineOf(raw), waiting, now, 1);

  expect(matches).toHaveLength(names.length / 2);
  for (const match of matches) expect(violations(raw, match, now)).toEqual([]);
});

test('a place that one ticket leaves is another ticket’s, with nothing of the first', () => {
  const pool = new MatchPool(
    engineOf(versus(1, [{ type: 'batchDistance', batchAttribute: 'skill', maxDistance: 5 }])),
  );
  pool.add(ticket('gone', { skill: 50 }));
  pool.pass(now, 1);
  pool.remove('gone');
  pool.pass(now, 1);

  pool.add(ticket('far', { skill: 90 }));
  pool.add(ticket('other', { skill: 50 }));
  expect(pool.pass(now, 1).matches).toEqual([]);
  pool.add(ticket('near', { skill: 88 }));
  const [match] = pool.pass(now, 1).matches;
  expect(match?.tickets.map(({ ticketId }) => ticketId).toSorted()).toEqual(['far', 'near']);
});
