import { expect, onTestFinished } from 'vitest';
import { aBackfill, aConfiguration, aPlayer, aTicket } from './builders.ts';
import { type HandFleet, type openCrew, openHandFleet } from './hand-fleet.ts';

/** Ids that only one case has. */
export type Own = (name: string) => string;
export type Worker = ReturnType<typeof openCrew>;

export type LifeSteps = Awaited<ReturnType<typeof lifeSteps>>;

/** A hand fleet of the test's own, gone when it ends, with the steps of its tickets. */
export async function openLife() {
  const fleet = await openHandFleet();
  onTestFinished(() => fleet[Symbol.asyncDispose]());
  return { fleet, steps: await lifeSteps(fleet) };
}

/** One against one, or two: a match of two has a place open, a match of three has none. */
const trioRuleSet = JSON.stringify({
  ruleLanguageVersion: '1.0',
  playerAttributes: [{ name: 'skill', type: 'number' }],
  teams: [
    { name: 'red', minPlayers: 1, maxPlayers: 1 },
    { name: 'blue', minPlayers: 1, maxPlayers: 2 },
  ],
});

/** Items that name tickets. */
export const idsOf = (own: Own, names: readonly string[]) => names.map((name) => ({ ticketId: own(name) }));

/**
 * The steps of Ann's, Bob's and others' tickets, each as a healthy worker takes it, in the configurations
 * `duel`, `asked` (players have 600 s to accept), and `manual` and `automatic` (a match of two may get
 * company).
 */
export async function lifeSteps(fleet: HandFleet) {
  const { pool } = fleet.stores;
  const plain = aConfiguration();
  const { configuration } = plain;
  await pool.settings.install(plain);
  await pool.settings.install({
    ...plain,
    configuration: {
      ...configuration,
      name: 'asked',
      acceptanceRequired: true,
      acceptanceTimeoutSeconds: 600,
    },
  });
  const trio = { ...plain, ruleSet: { name: 'trio', version: 1, body: trioRuleSet } };
  for (const backfillMode of ['MANUAL', 'AUTOMATIC'] as const)
    await pool.settings.install({
      ...trio,
      configuration: { ...configuration, name: backfillMode.toLowerCase(), backfillMode },
    });

  /** Starts tickets as a producer does, but wakes nobody. */
  const start = async (own: Own, names: readonly string[], configuration = 'duel', timeoutMs = 3_600_000) => {
    const tickets = names.map((name) => aTicket(own(name)));
    await fleet.producerTickets.start(
      tickets.map((it) => ({ ...it, configuration, pool: configuration, timeoutMs })),
    );
    return undefined;
  };
  const cycle = (worker: Worker, pool = 'duel') => worker.work('form-matches', [{ pool }]);
  const matchIdOf = async (own: Own) => {
    const [ticket] = await fleet.producerTickets.describe([own('ann')]);
    return ticket?.matchId ?? '';
  };
  /** Ann and Bob are asked about a match, and Ann accepts it if she is to. */
  const propose = async (own: Own, annAccepts = true) => {
    await start(own, ['ann', 'bob'], 'asked');
    await cycle(fleet, 'asked');
    const matchId = await matchIdOf(own);
    if (annAccepts) await answer(own, 'ann', 'ACCEPT', fleet, matchId);
    return matchId;
  };
  const answer = (own: Own, name: string, acceptance: 'ACCEPT' | 'REJECT', worker: Worker, matchId: string) =>
    worker.work('accept-match', [{ ticketId: own(name), matchId, playerIds: [own(name)], acceptance }]);
  /** A match of Ann and Bob is decided; its start job is in the queue. */
  const decide = async (own: Own, configuration = 'duel') => {
    await start(own, ['ann', 'bob'], configuration);
    await cycle(fleet, configuration);
    return matchIdOf(own);
  };
  /** Ann and Bob play. */
  const play = async (own: Own, configuration: string) => {
    const matchId = await decide(own, configuration);
    await fleet.drain();
    return matchId;
  };
  /** What asks for company for a match that is played. */
  const companyFor = async (own: Own, matchId: string) => {
    const match = (await fleet.stores.matches.find([matchId])).get(matchId);
    const players = match?.teams.flatMap(({ name, playerIds }) =>
      playerIds.map((id) => ({ ...aPlayer(id), team: name })),
    );
    return { configuration: 'manual', ticketId: own('company'), matchId, players: players ?? [] };
  };
  /** Ann and Bob play, and a ticket asks for company for them. */
  const askForCompany = async (own: Own) => {
    const matchId = await play(own, 'manual');
    const { ticketId, players } = await companyFor(own, matchId);
    const request = { ...aBackfill(ticketId, players, matchId), configuration: 'manual', pool: 'manual' };
    expect((await fleet.producerTickets.backfill(request)).verdict.kind).toBe('searching');
    return matchId;
  };

  return { start, cycle, matchIdOf, propose, answer, decide, play, companyFor, askForCompany };
}
