import { distributionOf, percentileOf } from '../../jobs/ladder/percentile.ts';
import type { SearchingTicket } from '../../jobs/ticket/ticket.ts';
import { type Draw, drawFrom } from './draw.ts';
import { type Workload, workloads } from './engine-workloads.ts';

/** A rule set, and who comes to play under it. */
export interface Traffic extends Pick<Workload, 'name' | 'ruleSet' | 'ticket'> {
  readonly ticketsPerSecond: number;
}

const skill = { name: 'skill', type: 'number' };
/** Half the tickets are solo players, a tenth full teams. */
const partySizes = [1, 1, 1, 1, 1, 2, 2, 3, 4, 5];

/** A party whose members are about as good as each other. */
export function party({ normal }: Draw, id: string, size: number): Pick<SearchingTicket, 'players'> {
  const centre = normal(1_500, 300);
  return {
    players: Array.from({ length: size }, (_, index) => ({
      playerId: `${id}-${index}`,
      attributes: { skill: { N: size === 1 ? centre : normal(centre, 50) } },
    })),
  };
}

function fiveByFive(maxDistance: number, more: readonly object[] = []): object {
  return {
    ruleLanguageVersion: '1.0',
    playerAttributes: [skill],
    algorithm: { strategy: 'exhaustiveSearch', balancedAttribute: 'skill' },
    teams: ['red', 'blue'].map((name) => ({ name, minPlayers: 5, maxPlayers: 5 })),
    rules: [{ name: 'Spread', type: 'batchDistance', batchAttribute: 'skill', maxDistance }, ...more],
  };
}

const fairTeams = {
  name: 'FairTeams',
  type: 'distance',
  measurements: ['avg(teams[red].players.attributes[skill])'],
  referenceValue: 'avg(teams[blue].players.attributes[skill])',
  maxDistance: 50,
};

export const solos: Traffic = {
  name: '5v5 solos',
  ticketsPerSecond: 2,
  ruleSet: fiveByFive(200),
  ticket: (draw, id) => party(draw, id, 1),
};

export const parties: Traffic = {
  name: '5v5 parties',
  ticketsPerSecond: 2,
  ruleSet: fiveByFive(300, [fairTeams]),
  ticket: (draw, id) => party(draw, id, draw.oneOf(partySizes)),
};

/** Parties with a healer in every team, in four regions, under rules that ease after 15 and 30 s. */
export const rolesAndRegions: Traffic = { ...workloadNamed('5v5-parties'), ticketsPerSecond: 2 };

function workloadNamed(wanted: string): Workload {
  const workload = workloads.find(({ name }) => name === wanted);
  if (workload === undefined) throw new Error(`there is no workload ${wanted}`);
  const { ruleSet } = workload;
  return {
    ...workload,
    name: '5v5 roles, regions',
    ruleSet: { ...ruleSet, algorithm: { strategy: 'exhaustiveSearch', balancedAttribute: 'skill' } },
  };
}

/**
 * Duels of players within 50 points, or within as many percentiles as hold as many players in the middle of
 * the ladder.
 */
export const duels = (by: 'points' | 'percentiles'): Traffic => ({
  name: `1v1, windows in ${by}`,
  ticketsPerSecond: 5,
  ruleSet: {
    ruleLanguageVersion: '1.0',
    playerAttributes: [skill],
    teams: ['red', 'blue'].map((name) => ({ name, minPlayers: 1, maxPlayers: 1 })),
    rules: [
      {
        name: 'Close',
        type: 'distance',
        measurements: ['max(flatten(teams[*].players.attributes[skill]))'],
        referenceValue: 'min(flatten(teams[*].players.attributes[skill]))',
        maxDistance: duelWindow[by],
      },
    ],
  },
  ticket: (draw, id) => {
    const points = draw.normal(1_500, 300);
    const N = by === 'points' ? points : percentileOf(points, ladder);
    return { players: [{ playerId: `${id}@${points}`, attributes: { skill: { N } } }] };
  },
});
const duelWindow = { points: 50, percentiles: 6.6 } as const;

/** How good the player of a duel is, also where the rules know the percentile alone. */
export const pointsOf = ({ players: [one] }: Pick<SearchingTicket, 'players'>): number =>
  Number(one?.playerId.split('@')[1]);

/** Points of 100,001 players, drawn as those of the traffic are. */
const ladder = distributionOf(
  (() => {
    const { normal } = drawFrom(7);
    return Array.from({ length: 100_001 }, () => normal(1_500, 300)).sort((a, b) => a - b);
  })(),
);

const balanced = { strategy: 'balanced', balancedAttribute: 'skill' };

/** 25 teams, each of so many players; parties of up to a team. */
export const squads = (size: number): Traffic => ({
  name: `25 × ${size}`,
  ticketsPerSecond: 3,
  ruleSet: {
    ruleLanguageVersion: '1.0',
    playerAttributes: [skill],
    algorithm: balanced,
    teams: [{ name: 'squad', minPlayers: size, maxPlayers: size, quantity: 25 }],
  },
  ticket: (draw, id) => party(draw, id, 1 + Math.floor(draw.chance() * size)),
});

/** Two armies of 50. */
export const armies: Traffic = {
  name: '2 × 50 balanced',
  ticketsPerSecond: 3,
  ruleSet: {
    ruleLanguageVersion: '1.0',
    playerAttributes: [skill],
    algorithm: balanced,
    teams: ['red', 'blue'].map((name) => ({ name, minPlayers: 50, maxPlayers: 50 })),
  },
  ticket: (draw, id) => party(draw, id, draw.oneOf(partySizes)),
};

/** When traffic begins, ms. */
export const opening = 1_750_000_000_000;

/** Tickets as they come, one by one at random moments, for ever. */
export function* arrivals({ ticket, ticketsPerSecond }: Traffic, seed: number): Generator<SearchingTicket> {
  const draw = drawFrom(seed);
  let since = opening;
  for (let index = 0; ; index++) {
    since += (-Math.log(1 - draw.chance()) * 1_000) / ticketsPerSecond;
    yield { ticketId: `t${index}`, since: Math.floor(since), ...ticket(draw, `p${index}`) };
  }
}
