import { createHash } from 'node:crypto';
import type { AttributeValue, TicketPlayer } from '../../../jobs/ticket/ticket.ts';
import { type DeclaredAttribute, literalsOf, makeValue } from './attributes.ts';
import type { Chance } from './random.ts';
import type { Scenario } from './scenarios.ts';

/** A simulated player: `skill` is the truth no rating ever sees. */
export interface SimulatedPlayer {
  readonly playerId: string;
  readonly skill: number;
  readonly attributes: Readonly<Record<string, AttributeValue>>;
  readonly latencyInMs: Readonly<Record<string, number>>;
  /** Set for players who signed in through Cognito: they act for themselves, by this token. */
  readonly accessToken?: string;
}

/** Players who always queue together. */
export interface Party {
  readonly scenario: Scenario;
  readonly players: readonly SimulatedPlayer[];
  /** When it arrives, ms after the demo's start. */
  readonly arrivesAt: number;
}

const regions = ['eu-central-1', 'us-east-1', 'ap-northeast-1'];

/**
 * Shares `count` players out over the scenarios, in parties of the sizes each allows, arriving evenly at
 * random. Their ids are of this run alone, since a session cache knows players of others.
 */
export function populate(
  scenarios: readonly Scenario[],
  count: number,
  arrivalMs: number,
  random: Chance,
  run: string,
): Party[] {
  const parties: Party[] = [];
  for (const [index, scenario] of scenarios.entries()) {
    const share = Math.floor(count / scenarios.length) + (index < count % scenarios.length ? 1 : 0);
    for (let placed = 0; placed < share; ) {
      const size = Math.min(share - placed, partySize(scenario, random));
      const players = Array.from({ length: size }, (_, at) =>
        makePlayer(`${run} ${scenario.name} ${placed + at}`, scenario, random),
      );
      parties.push({ scenario, players, arrivesAt: random.uniform() * arrivalMs });
      placed += size;
    }
  }
  return parties.sort((a, b) => a.arrivesAt - b.arrivesAt);
}

/** Gives the first solo players the identities that signed in. */
export function identify(
  parties: readonly Party[],
  identities: readonly { readonly playerId: string; readonly accessToken: string }[],
): Party[] {
  const left = [...identities];
  return parties.map((party) => {
    const [player, ...others] = party.players;
    const identity = others.length === 0 ? left.shift() : undefined;
    return identity && player ? { ...party, players: [{ ...player, ...identity }] } : party;
  });
}

/** What a player brings into a ticket, given the rating they have by now. */
export function asTicketPlayer(player: SimulatedPlayer, scenario: Scenario, rating: number): TicketPlayer {
  const { ratingAttribute } = scenario;
  return {
    playerId: player.playerId,
    attributes: { ...player.attributes, ...(ratingAttribute && { [ratingAttribute]: { N: rating } }) },
    latencyInMs: player.latencyInMs,
  };
}

function partySize({ partyShares }: Scenario, random: Chance): number {
  let rest = random.uniform();
  for (const [index, share] of partyShares.entries()) {
    rest -= share;
    if (rest < 0) return index + 1;
  }
  return 1;
}

function makePlayer(name: string, scenario: Scenario, random: Chance): SimulatedPlayer {
  const { playerAttributes = [], rules = [] } = JSON.parse(scenario.ruleSet) as {
    playerAttributes?: DeclaredAttribute[];
    rules?: { referenceValue?: unknown }[];
  };
  const literals = literalsOf(rules);
  const home = random.pick(regions);
  const latency = (region: string) => Math.round((region === home ? 20 : 60) + random.uniform() * 20);
  return {
    playerId: cognitoLike(`${name} ${random.uniform()}`),
    skill: random.normal(),
    attributes: Object.fromEntries(playerAttributes.map((it) => [it.name, makeValue(it, literals, random)])),
    latencyInMs: Object.fromEntries(regions.map((region) => [region, latency(region)])),
  };
}

/** An id in the form of a Cognito `sub`. */
function cognitoLike(seed: string): string {
  const hex = createHash('sha256').update(seed).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
