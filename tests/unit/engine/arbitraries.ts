import fc from 'fast-check';
import type { RawRuleSet } from '../../../jobs/invariants/naive-literals.ts';
import type { SearchingTicket } from '../../../jobs/ticket/ticket.ts';

const all = (attribute: string) => `teams[*].players.attributes[${attribute}]`;
const flat = (attribute: string) => `flatten(${all(attribute)})`;

/** A whole number, as a number or as its digits. */
const numeral = (max: number) =>
  fc.tuple(fc.nat(max), fc.boolean()).map(([value, text]) => (text ? String(value) : value));

/**
 * Rules over the attributes skill (number), mode (string) and roles (string list); names are given
 * afterwards.
 */
const rule: fc.Arbitrary<RawRuleSet> = fc.oneof(
  fc.record({
    type: fc.constant('distance'),
    measurements: fc.constantFrom(
      [`avg(${all('skill')})`],
      [flat('skill')],
      [`median(${flat('skill')})`],
      [`stddev(${all('skill')})`],
      [`max(avg(${all('skill')}))`],
      [`min(median(${all('skill')}))`],
      [`median(avg(${all('skill')}))`],
    ),
    referenceValue: fc.constantFrom(`avg(${flat('skill')})`, 50, '50', `min(${flat('skill')})`),
    maxDistance: numeral(60),
    partyAggregation: fc.constantFrom('avg', 'min', 'max'),
  }),
  fc.record({
    type: fc.constant('distance'),
    measurements: fc.constant([`max(${flat('skill')})`]),
    referenceValue: fc.constant(`min(${flat('skill')})`),
    maxDistance: fc.integer({ min: 0, max: 60 }),
  }),
  fc.record({
    type: fc.constant('distance'),
    measurements: fc.constant([`max(${flat('skill')})`]),
    referenceValue: fc.constant(`min(${flat('skill')})`),
    minDistance: fc.integer({ min: 0, max: 20 }),
  }),
  fc.record({
    type: fc.constant('batchDistance'),
    batchAttribute: fc.constant('skill'),
    maxDistance: numeral(60),
    partyAggregation: fc.constantFrom('avg', 'min', 'max'),
  }),
  fc.constant({ type: 'batchDistance', batchAttribute: 'mode' }),
  fc.record({
    type: fc.constant('comparison'),
    measurements: fc.constantFrom([flat('mode')], [all('mode')], [flat('skill')]),
    operation: fc.constantFrom('=', '!='),
    partyAggregation: fc.constantFrom(undefined, 'avg', 'min'),
  }),
  fc.record({
    type: fc.constant('comparison'),
    measurements: fc.constantFrom(
      [`avg(${all('skill')})`],
      [flat('skill')],
      ['count(teams[*].players)'],
      [`sum(${all('skill')})`],
      [`count(avg(${all('skill')}))`],
    ),
    referenceValue: fc.constantFrom(30, '30', 2, `avg(${flat('skill')})`, 'max(count(teams[*].players))'),
    operation: fc.constantFrom('<', '<=', '=', '!=', '>', '>='),
  }),
  fc.record({
    type: fc.constant('comparison'),
    measurements: fc.constant([flat('mode')]),
    referenceValue: fc.constantFrom('12', 12, '1v1 (ranked)'),
    operation: fc.constantFrom('=', '!='),
  }),
  fc.record({
    type: fc.constant('collection'),
    measurements: fc.constant([flat('roles')]),
    operation: fc.constant('intersection'),
    minCount: fc.integer({ min: 0, max: 1 }),
    partyAggregation: fc.constantFrom('union', 'intersection'),
  }),
  fc.record({
    type: fc.constant('collection'),
    measurements: fc.constant([flat('roles')]),
    operation: fc.constant('contains'),
    referenceValue: fc.constantFrom('tank', '12', 12),
    minCount: numeral(3),
    maxCount: fc.integer({ min: 1, max: 4 }),
    partyAggregation: fc.constantFrom('union', 'intersection'),
  }),
  fc.record({
    type: fc.constant('collection'),
    measurements: fc.constant(flat('roles')),
    operation: fc.constant('reference_intersection_count'),
    referenceValue: fc.constantFrom(
      ['tank', 'medic'],
      ['tank', 12],
      `set_intersection(${flat('roles')})`,
      'flatten(teams[*].players[playerId])',
    ),
    maxCount: fc.integer({ min: 0, max: 2 }),
  }),
  fc.record({
    type: fc.constant('latency'),
    maxLatency: fc.integer({ min: 20, max: 150 }),
    partyAggregation: fc.constantFrom('avg', 'min', 'max'),
  }),
  fc.record({
    type: fc.constant('latency'),
    maxDistance: fc.integer({ min: 10, max: 100 }),
    distanceReference: fc.constantFrom('min', 'avg', undefined),
  }),
  fc.constantFrom(
    { type: 'absoluteSort', sortDirection: 'descending', sortAttribute: 'skill' },
    { type: 'distanceSort', sortDirection: 'ascending', sortAttribute: 'skill' },
    { type: 'absoluteSort', sortDirection: 'ascending', sortAttribute: 'mode' },
  ),
);

const teams: fc.Arbitrary<RawRuleSet[]> = fc
  .array(
    fc.record({
      min: fc.integer({ min: 0, max: 2 }),
      extra: fc.integer({ min: 0, max: 2 }),
      quantity: fc.integer({ min: 1, max: 2 }),
    }),
    { minLength: 1, maxLength: 3 },
  )
  .map((sizes) =>
    sizes.map(({ min, extra, quantity }, index) => ({
      name: `team${index}`,
      minPlayers: min,
      maxPlayers: Math.max(1, min + extra),
      quantity,
    })),
  );

/** A rule set of up to four rules, perhaps a compound of two of them, perhaps relaxed with age. */
export const ruleSets: fc.Arbitrary<RawRuleSet> = fc
  .record({
    teams,
    rules: fc.array(rule, { maxLength: 4 }),
    compound: fc.constantFrom(
      undefined,
      'and(r0, r1)',
      'or(r0, r1)',
      'xor(r0, r1)',
      'or(not(r0), r1)',
      'not(and(r0, not(r1)))',
    ),
    waits: fc.tuple(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 20 })),
    relax: fc.boolean(),
    shrink: fc.boolean(),
    age: fc.constantFrom('newest', 'oldest'),
    priority: fc.constantFrom('normal', 'low', 'high'),
  })
  .map(({ teams, rules, compound, waits: [first, later], relax, shrink, age, priority }) => {
    const named: RawRuleSet[] = rules.map((one, index) => ({ name: `r${index}`, ...one }));
    const ok = [0, 1].every((index) => named[index] && !/batchDistance|Sort/.test(named[index].type));
    if (compound && ok) named.push({ name: 'compound', type: 'compound', statement: compound });
    const steps = (values: (number | string)[]) => [
      { waitTimeSeconds: first, value: values[0] },
      { waitTimeSeconds: first + later, value: values[1] },
    ];
    const relaxed = named.filter((one) => one.maxDistance !== undefined).slice(0, 1);
    return {
      ruleLanguageVersion: '1.0',
      playerAttributes: [
        { name: 'skill', type: 'number' },
        { name: 'mode', type: 'string', default: 'duel' },
        { name: 'roles', type: 'string_list', default: [] },
      ],
      algorithm: { strategy: 'exhaustiveSearch', expansionAgeSelection: age, backfillPriority: priority },
      teams,
      rules: named,
      expansions: [
        ...(relax
          ? relaxed.map((one) => ({
              target: `rules[${one.name}].maxDistance`,
              steps: steps([Number(one.maxDistance) + 10, String(Number(one.maxDistance) + 50)]),
            }))
          : []),
        ...(shrink
          ? [{ target: 'teams[team0].minPlayers', steps: steps([teams[0].minPlayers > 1 ? 1 : 0, 0]) }]
          : []),
      ],
    };
  });

const player = fc.record({
  skill: fc.option(fc.integer({ min: 0, max: 100 }), { freq: 20, nil: undefined }),
  mode: fc.constantFrom(undefined, 'duel', 'brawl', '12', '1v1 (ranked)'),
  roles: fc.constantFrom(undefined, ['tank'], ['medic'], ['tank', 'medic'], ['12', 'tank']),
  latency: fc.constantFrom(undefined, { eu: 30 }, { us: 80 }, { eu: 60, us: 40 }, { eu: 120, us: 100 }),
});

/** Up to `size` tickets of one to three players, oldest first, up to 60 s old at `now`. */
export function pools(size: number, now: number): fc.Arbitrary<SearchingTicket[]> {
  return fc
    .array(
      fc.record({
        players: fc.array(player, { minLength: 1, maxLength: 3 }),
        age: fc.integer({ min: 0, max: 60 }),
      }),
      { maxLength: size },
    )
    .map((tickets) =>
      tickets
        .sort((a, b) => b.age - a.age)
        .map(
          ({ players, age }, index): SearchingTicket => ({
            ticketId: `t${index}`,
            since: now - age * 1000,
            players: players.map(({ skill, mode, roles, latency }, place) => ({
              playerId: `t${index}p${place}`,
              attributes: {
                ...(skill === undefined ? {} : { skill: { N: skill } }),
                ...(mode === undefined ? {} : { mode: { S: mode } }),
                ...(roles === undefined ? {} : { roles: { SL: [...roles] } }),
              },
              ...(latency === undefined ? {} : { latencyInMs: latency as Record<string, number> }),
            })),
          }),
        ),
    );
}
