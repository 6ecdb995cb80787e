import type { SearchingTicket, TicketPlayer } from '../../jobs/ticket/ticket.ts';
import { type Draw, drawFrom } from './draw.ts';

/** When the passes of the bench take place, ms. Tickets are up to a minute older. */
export const benchNow = 1_750_000_000_000;

/** How far apart two ratings of a 1v1 match may be. */
export const ratingWindow = 100;

/** A rule set and the tickets that wait under it; the same for every run. */
export interface Workload {
  readonly name: string;
  readonly sizes: readonly number[];
  readonly ruleSet: object;
  readonly ticket: (draw: Draw, id: string) => Omit<SearchingTicket, 'ticketId' | 'since'>;
}

/** Tickets that have searched for a minute and less, oldest first; with `age` 0 (ms) all have just come. */
export function ticketsOf(
  { ticket }: Workload,
  count: number,
  seed: number,
  age = 60_000,
): SearchingTicket[] {
  const draw = drawFrom(seed);
  return Array.from({ length: count }, (_, index) => ({
    ticketId: `t${seed}-${index}`,
    since: benchNow - Math.floor(age * (1 - index / count)),
    ...ticket(draw, `p${seed}-${index}`),
  }));
}

const skill = { name: 'skill', type: 'number' };
const solo = (playerId: string, attributes: TicketPlayer['attributes']) => ({
  players: [{ playerId, attributes }],
});
const rating = ({ normal }: Draw) => ({ N: normal(1_500, 300) });

const duel: Workload = {
  name: '1v1-window',
  sizes: [1_000, 5_000, 10_000, 100_000],
  ruleSet: {
    ruleLanguageVersion: '1.0',
    playerAttributes: [skill],
    teams: ['red', 'blue'].map((name) => ({ name, minPlayers: 1, maxPlayers: 1 })),
    rules: [{ name: 'Window', type: 'batchDistance', batchAttribute: 'skill', maxDistance: ratingWindow }],
  },
  ticket: (draw, id) => solo(id, { skill: rating(draw) }),
};

const regions = ['us-east-1', 'us-west-2', 'eu-west-1', 'ap-northeast-1'];
const roles = ['tank', 'healer', 'damage', 'support'];
/** Half the tickets are solo players, a tenth full teams. */
const partySizes = [1, 1, 1, 1, 1, 2, 2, 3, 4, 5];
const ofTeam = (team: string, attribute: string) => `teams[${team}].players.attributes[${attribute}]`;

const parties: Workload = {
  name: '5v5-parties',
  sizes: [10_000],
  ruleSet: {
    ruleLanguageVersion: '1.0',
    playerAttributes: [skill, { name: 'roles', type: 'string_list' }],
    teams: ['red', 'blue'].map((name) => ({ name, minPlayers: 5, maxPlayers: 5 })),
    rules: [
      {
        name: 'FairTeams',
        type: 'distance',
        measurements: [`avg(${ofTeam('red', 'skill')})`],
        referenceValue: `avg(${ofTeam('blue', 'skill')})`,
        maxDistance: 50,
      },
      {
        name: 'Healers',
        type: 'collection',
        operation: 'contains',
        measurements: [ofTeam('red', 'roles'), ofTeam('blue', 'roles')],
        referenceValue: 'healer',
        minCount: 1,
        partyAggregation: 'union',
      },
      { name: 'Ping', type: 'latency', maxLatency: 100 },
    ],
    expansions: [
      {
        target: 'rules[FairTeams].maxDistance',
        steps: [
          { waitTimeSeconds: 15, value: 100 },
          { waitTimeSeconds: 30, value: 200 },
        ],
      },
      { target: 'rules[Ping].maxLatency', steps: [{ waitTimeSeconds: 30, value: 160 }] },
    ],
  },
  ticket: (draw, id) => {
    const home = draw.oneOf(regions);
    const centre = draw.normal(1_500, 300);
    return {
      players: Array.from({ length: draw.oneOf(partySizes) }, (_, index) => ({
        playerId: `${id}-${index}`,
        attributes: {
          skill: { N: Math.round(draw.normal(centre, 50)) },
          roles: { SL: [...new Set([draw.oneOf(roles), draw.oneOf(roles)])] },
        },
        latencyInMs: Object.fromEntries(
          regions.map((region) => [region, Math.round((region === home ? 20 : 90) + draw.chance() * 100)]),
        ),
      })),
    };
  },
};

const large: Workload = {
  name: 'large-100',
  sizes: [10_000],
  ruleSet: {
    ruleLanguageVersion: '1.0',
    playerAttributes: [skill],
    algorithm: { strategy: 'balanced', balancedAttribute: 'skill', batchingPreference: 'largestPopulation' },
    teams: ['attackers', 'defenders'].map((name) => ({ name, minPlayers: 40, maxPlayers: 50 })),
    rules: [{ name: 'Ping', type: 'latency', maxLatency: 120 }],
  },
  ticket: (draw, id) => {
    const { players } = solo(id, { skill: rating(draw) });
    const latencyInMs = Object.fromEntries(
      regions.map((region) => [region, Math.round(20 + draw.chance() * 150)]),
    );
    return { players: players.map((player) => ({ ...player, latencyInMs })) };
  },
};

const everybody = (attribute: string) => `flatten(teams[*].players.attributes[${attribute}])`;

const compound: Workload = {
  name: 'compound',
  sizes: [2_000],
  ruleSet: {
    ruleLanguageVersion: '1.0',
    playerAttributes: [skill, { name: 'mode', type: 'string' }, { name: 'ranked', type: 'number' }],
    teams: ['red', 'blue'].map((name) => ({ name, minPlayers: 2, maxPlayers: 2 })),
    rules: [
      {
        name: 'Close',
        type: 'distance',
        measurements: [`max(${everybody('skill')})`],
        referenceValue: `min(${everybody('skill')})`,
        maxDistance: 50,
      },
      {
        name: 'Near',
        type: 'distance',
        measurements: [`max(${everybody('skill')})`],
        referenceValue: `min(${everybody('skill')})`,
        maxDistance: 200,
      },
      { name: 'SameMode', type: 'comparison', measurements: [everybody('mode')], operation: '=' },
      {
        name: 'Casual',
        type: 'comparison',
        measurements: [`max(${everybody('ranked')})`],
        referenceValue: 0,
        operation: '=',
      },
      {
        name: 'Either',
        type: 'compound',
        statement: 'or(and(SameMode, Close), and(SameMode, Casual, Near))',
      },
    ],
  },
  ticket: (draw, id) =>
    solo(id, {
      skill: rating(draw),
      mode: { S: draw.oneOf(['flag', 'hill', 'escort']) },
      ranked: { N: draw.oneOf([0, 1]) },
    }),
};

export const workloads: readonly Workload[] = [duel, parties, large, compound];
