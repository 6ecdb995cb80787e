/** The API's bound on a rule-set body, in characters: what an attacker has to work with. */
const bodyLimit = 65_535;

const rating = [{ name: 'rating', type: 'number', default: 10 }];
const words = [{ name: 'words', type: 'string_list', default: ['a'] }];
const sides = [{ name: 'side', minPlayers: 1, maxPlayers: 20, quantity: 2 }];
const all = 'flatten(teams[*].players.attributes[rating])';

const body = (parts: object): string =>
  JSON.stringify({
    name: 'slow',
    ruleLanguageVersion: '1.0',
    playerAttributes: rating,
    teams: sides,
    ...parts,
  });

/** As many of `make(n)` as fit a body beside `others` characters. */
function filled<T>(others: number, make: (n: number) => T): T[] {
  const made: T[] = [];
  for (let left = bodyLimit - others; ; made.push(make(made.length))) {
    left -= JSON.stringify(make(made.length)).length + 1;
    if (left < 0) return made;
  }
}

const distance = (n: number | string, more: object = {}) => ({
  name: `d${n}`,
  type: 'distance',
  measurements: [`max(${all})`],
  referenceValue: `min(${all})`,
  maxDistance: 10,
  ...more,
});

const times = (count: number, text: string) => text.repeat(count);
const mentions = (count: number, name: string) => Array.from({ length: count }, () => name).join(',');

/** Rule sets built to be slow: to read, to compile, or to match by. Each fits the API's bound. */
export const slowRuleSets: Readonly<Record<string, string>> = {
  'strings that never end': times(32_000, '"\\'),
  'comments that never end': times(32_000, '/*'),
  'lists in lists': times(65_000, '['),
  'negations in negations': body({
    rules: [
      distance(0),
      { name: 'c', type: 'compound', statement: `${times(12_000, 'not(')}d0${times(12_000, ')')}` },
    ],
  }),
  'a number that never ends': body({ rules: [distance(0, { maxDistance: `${times(60_000, '1')}x` })] }),
  'one team selected again and again': body({
    rules: [
      distance(0, {
        measurements: [`max(flatten(teams[${mentions(10_000, 'side')}].players.attributes[rating]))`],
      }),
    ],
  }),
  'as many measurements as fit': body({
    rules: [distance(0, { measurements: filled(300, () => `max(${all})`) })],
  }),
  'as much as is allowed': body({
    teams: [{ name: 'side', minPlayers: 1, maxPlayers: 1, quantity: 40 }],
    rules: Array.from({ length: 25 }, (_, n) => distance(n)),
    expansions: Array.from({ length: 98 }, (_, n) => ({
      target: 'rules[*].maxDistance',
      steps: [{ waitTimeSeconds: n + 1, value: n + 11 }],
    })),
    backfillExpansions: Array.from({ length: 98 }, (_, n) => ({
      target: 'rules[*].maxDistance',
      steps: [{ waitTimeSeconds: n + 101, value: n + 11 }],
    })),
  }),
  'functions in functions': body({
    rules: [distance(0, { measurements: [`${times(12_000, 'min(')}${all}${times(12_000, ')')}`] })],
  }),
  'a long name nearly like another': body({
    playerAttributes: [{ name: times(30_000, 'a'), type: 'number' }],
    rules: [distance(0, { measurements: [`max(teams[*].players.attributes[${times(30_000, 'b')}])`] })],
  }),
  'a property name nearly like none': body({ [times(64_000, 'q')]: 1 }),
  'many names nearly like many others': body({
    playerAttributes: filled(40_000, (n) => ({ name: `attribute${n}`, type: 'number' })),
    rules: filled(40_000, (n) => ({
      name: `r${n}`,
      type: 'absoluteSort',
      sortDirection: 'ascending',
      sortAttribute: `attribvte${n}`,
    })),
  }),
  'a thousand million teams': body({
    teams: [{ name: 'side', minPlayers: 1, maxPlayers: 1, quantity: 1e9 }],
  }),
  'a thousand million players': body({ teams: [{ name: 'side', minPlayers: 0, maxPlayers: 1e9 }] }),
  'as many rules as fit': body({ rules: filled(300, distance) }),
  'as many teams as fit': body({
    teams: filled(300, (n) => ({ name: `t${n}`, minPlayers: 0, maxPlayers: 1 })),
  }),
  'as many expansion steps as fit': body({
    rules: [distance(0)],
    expansions: [
      { target: 'rules[d0].maxDistance', steps: filled(600, (n) => ({ waitTimeSeconds: n + 1, value: n })) },
    ],
  }),
  'many steps over many rules': body({
    rules: filled(40_000, distance),
    expansions: [
      {
        target: 'rules[*].maxDistance',
        steps: filled(34_000, (n) => ({ waitTimeSeconds: n + 1, value: n })),
      },
    ],
  }),
  'many steps over many teams': body({
    teams: [{ name: 'side', minPlayers: 0, maxPlayers: 1, quantity: 40 }],
    rules: filled(40_000, distance),
    expansions: [
      { target: 'teams[*].maxPlayers', steps: filled(34_000, (n) => ({ waitTimeSeconds: n + 1, value: 1 })) },
    ],
  }),
  'many expansions of many steps': body({
    rules: filled(50_000, distance),
    expansions: filled(22_000, (n) => ({
      target: 'rules[*].maxDistance',
      steps: [{ waitTimeSeconds: n + 1, value: n }],
    })),
  }),
  'one rule named again and again': body({
    rules: [distance(0), { name: 'c', type: 'compound', statement: `or(${mentions(20_000, 'd0')})` }],
  }),
  'compounds of compounds, each twice the last': body({
    rules: [
      distance(0),
      ...Array.from({ length: 60 }, (_, n) => ({
        name: `c${n}`,
        type: 'compound',
        statement: n === 0 ? 'or(d0,d0)' : `or(c${n - 1},c${n - 1})`,
      })),
    ],
  }),
  'long lists to look in': body({
    playerAttributes: words,
    rules: Array.from({ length: 60 }, (_, n) => ({
      name: `w${n}`,
      type: 'collection',
      operation: 'reference_intersection_count',
      measurements: ['flatten(teams[*].players.attributes[words])'],
      referenceValue: Array.from({ length: 160 }, (_unused, word) => `${word}`),
      maxCount: 100,
    })),
  }),
  'no two players suit each other, and every pair is tried': body({
    teams: [{ name: 'side', minPlayers: 5, maxPlayers: 5, quantity: 8 }],
    rules: [
      distance(0, {
        minDistance: 1e9,
        maxDistance: 2e9,
        measurements: [`sum(${all})`],
        referenceValue: `stddev(${all})`,
      }),
    ],
  }),
  'uneven teams that never add up': body({
    teams: Array.from({ length: 20 }, (_, n) => ({ name: `t${n}`, minPlayers: 2, maxPlayers: 2 })),
    rules: Array.from({ length: 20 }, (_, n) => ({
      name: `r${n}`,
      type: 'comparison',
      measurements: [`sum(teams[t${n}].players.attributes[rating])`],
      referenceValue: n * 7 + 3.5,
      operation: '=',
    })),
  }),
};
