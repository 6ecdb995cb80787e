/** A configuration with the players who queue for it. */
export interface Scenario {
  readonly name: string;
  /** FlexMatch rule set, as JSON text. */
  readonly ruleSet: string;
  readonly requestTimeoutSeconds: number;
  readonly ladder: string;
  /**
   * Where players are asked first: how long they have, and which share of parties accepts, rejects or stays
   * silent.
   */
  readonly acceptance?: { readonly seconds: number; readonly rejects: number; readonly silent: number };
  /** Attribute that carries the player's current rating, where the rule set has one. */
  readonly ratingAttribute?: string;
  /** Whether matches below their maximum go on looking for players while they are played. */
  readonly backfill?: boolean;
  /** How long (ms) a match is played; 200 unless said otherwise. */
  readonly playMs?: number;
  /** Share of parties by size: `[0.6, 0.3, 0.1]` is 60 % solo, 30 % pairs, 10 % trios. */
  readonly partyShares: readonly number[];
}

const duel = {
  name: 'duel',
  ruleLanguageVersion: '1.0',
  playerAttributes: [{ name: 'rating', type: 'number', default: 1500 }],
  teams: [
    { name: 'red', minPlayers: 1, maxPlayers: 1 },
    { name: 'blue', minPlayers: 1, maxPlayers: 1 },
  ],
  rules: [
    {
      name: 'CloseRating',
      type: 'distance',
      measurements: ['max(flatten(teams[*].players.attributes[rating]))'],
      referenceValue: 'min(flatten(teams[*].players.attributes[rating]))',
      maxDistance: 100,
    },
  ],
  expansions: [
    {
      target: 'rules[CloseRating].maxDistance',
      steps: [
        { waitTimeSeconds: 2, value: 250 },
        { waitTimeSeconds: 4, value: 500 },
        { waitTimeSeconds: 6, value: 3000 },
      ],
    },
  ],
};

const trio = {
  name: 'trio',
  ruleLanguageVersion: '1.0',
  playerAttributes: [{ name: 'rating', type: 'number', default: 1500 }],
  teams: [{ name: 'team', quantity: 2, minPlayers: 3, maxPlayers: 3 }],
  rules: [
    {
      name: 'FairTeams',
      type: 'distance',
      measurements: ['avg(teams[*].players.attributes[rating])'],
      referenceValue: 'avg(flatten(teams[*].players.attributes[rating]))',
      maxDistance: 100,
    },
  ],
  expansions: [
    {
      target: 'rules[FairTeams].maxDistance',
      steps: [
        { waitTimeSeconds: 2, value: 250 },
        { waitTimeSeconds: 5, value: 3000 },
      ],
    },
  ],
};

/** Begins with one on each side, and takes more while it is played. */
const brawl = {
  name: 'brawl',
  ruleLanguageVersion: '1.0',
  playerAttributes: [{ name: 'rating', type: 'number', default: 1500 }],
  teams: [{ name: 'gang', quantity: 2, minPlayers: 1, maxPlayers: 3 }],
  algorithm: { strategy: 'exhaustiveSearch', batchingPreference: 'random', backfillPriority: 'high' },
};

/**
 * What the demo runs unless told otherwise: duels in a rating window that widens, 3 against 3 with parties
 * who are asked first, and brawls that players join while they go on.
 */
export const defaultScenarios: readonly Scenario[] = [
  {
    name: 'duel',
    ruleSet: JSON.stringify(duel, null, 2),
    requestTimeoutSeconds: 8,
    ladder: 'default',
    ratingAttribute: 'rating',
    partyShares: [1],
  },
  {
    name: 'trio',
    ruleSet: JSON.stringify(trio, null, 2),
    requestTimeoutSeconds: 8,
    ladder: 'default',
    ratingAttribute: 'rating',
    partyShares: [0.6, 0.25, 0.15],
    acceptance: { seconds: 3, rejects: 0.01, silent: 0.005 },
  },
  {
    name: 'brawl',
    ruleSet: JSON.stringify(brawl, null, 2),
    requestTimeoutSeconds: 8,
    ladder: 'default',
    ratingAttribute: 'rating',
    partyShares: [1],
    backfill: true,
    playMs: 1_000,
  },
];
