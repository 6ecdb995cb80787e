import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { violations } from '../../jobs/invariants/naive-checker.ts';
import type { RawRuleSet } from '../../jobs/invariants/naive-literals.ts';
import type { SearchingTicket } from '../../jobs/ticket/ticket.ts';
import { engineOf, matchesOf, now, ticket } from './engine/builders.ts';

const folder = resolve(import.meta.dirname, '../../../shared/rulesets');
const files = existsSync(folder) ? readdirSync(folder).filter((file) => file.endsWith('.json')) : [];

if (files.length === 0) {
  console.warn(`SKIPPED: the conformance run needs sample rule sets in ${folder}`);
  test.skip(`conformance over ${folder}, which is missing`, () => {});
}

/** What the docs examples ask of players beyond the declared defaults, by attribute name. */
const fitting: Record<string, (index: number) => unknown> = {
  wantsToBeMonster: (index) => (index % 6 === 0 ? 1 : 0),
  character: (index) => index,
};
const plain: Record<string, unknown> = {
  number: 10,
  string: 'any',
  string_list: ['any'],
  string_number_map: { any: 1 },
};

/** Enough solo players for a match or two, 10 minutes old so that every expansion has been reached. */
function playersFor(raw: RawRuleSet): SearchingTicket[] {
  const seats = raw.teams.reduce(
    (sum: number, team: RawRuleSet) => sum + team.maxPlayers * (team.quantity ?? 1),
    0,
  );
  return Array.from({ length: seats }, (_, index) => {
    const attributes = (raw.playerAttributes ?? []).map(({ name, type, default: fallback }: RawRuleSet) => [
      name,
      fitting[name]?.(index) ?? fallback ?? plain[type],
    ]);
    return ticket(`t${index}`, { ...Object.fromEntries(attributes), latency: { eu: 50, us: 140 } }, 600);
  });
}

describe.each(files)('%s', (file) => {
  const { ruleSet } = JSON.parse(readFileSync(resolve(folder, file), 'utf8'));
  const raw: RawRuleSet = typeof ruleSet === 'string' ? JSON.parse(ruleSet) : ruleSet;

  test('loads unchanged', () => {
    expect(() => engineOf(raw)).not.toThrow();
  });

  test.each(['closest', 'documented'] as const)(
    'forms valid matches of players made to fit, in %s order',
    (order) => {
      const matches = matchesOf(raw, playersFor(raw), now, order);

      expect(matches.length).toBeGreaterThan(0);
      for (const match of matches) expect(violations(raw, match, now)).toEqual([]);
    },
  );
});
