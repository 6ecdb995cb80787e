import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { asTicketPlayer, type Party } from '../../infra/local/demo/population.ts';
import type { Chance } from '../../infra/local/demo/random.ts';
import type { Scenario } from '../../infra/local/demo/scenarios.ts';
import type { MatchmakingEvent } from '../../jobs/matchmaking/event.ts';
import { loadRuleSet } from '../../jobs/matchmaking/rule-set/load.ts';
import { instanceNames } from '../../jobs/matchmaking/rule-set/rule-set.ts';
import type { MatchmakingClient } from '../../producers/client.ts';
import { listen, type PromiseLog, promised } from './promises.ts';

export interface CrowdOptions {
  readonly client: MatchmakingClient;
  readonly log: PromiseLog;
  readonly parties: readonly Party[];
  readonly random: Chance;
  /** Share of tickets whose party changes its mind at once: half of them stop it, half ask anew. */
  readonly restless: number;
}

/** How long (ms) a match is played, a party rests, and a call that failed waits for its next try. */
const playMs = 150;
const restMs = 400;
const againMs = 250;
/** How often (ms) a party looks for itself, should an event be late. */
const lookMs = 1_000;

const terminal = new Set(['COMPLETED', 'FAILED', 'CANCELLED', 'TIMED_OUT']);
const endings = /^Matchmaking(Succeeded|Failed|Cancelled|TimedOut)$/;

/** The teams of a scenario's matches, by the names each has in a match. */
function teamsOf({ ruleSet }: Scenario): string[] {
  const loaded = loadRuleSet(ruleSet);
  if (!loaded.ok) throw new Error(loaded.problems.map((it) => `${it.path}: ${it.message}`).join('; '));
  return loaded.ruleSet.teams.flatMap(instanceNames);
}

/** Parties who queue, play and queue again through whatever happens, until they are told to go home. */
export function startCrowd({ client, log, parties, random, restless }: CrowdOptions) {
  const over = new AbortController();
  const waiting = new Map<string, () => void>();
  const trouble = Promise.withResolvers<never>();
  trouble.promise.catch(() => undefined);
  const listening = listen(client, log, over.signal, hear);
  listening.catch(trouble.reject);
  let leaving = false;

  function hear(event: MatchmakingEvent) {
    const { type, tickets } = event.detail;
    if (type === 'PotentialMatchCreated' && event.detail['acceptanceRequired'])
      answer(event).catch(trouble.reject);
    if (endings.test(type)) for (const { ticketId } of tickets) waiting.get(ticketId)?.();
  }

  async function answer({ detail }: MatchmakingEvent) {
    for (const { ticketId, players } of detail.tickets) {
      const mood = random.uniform();
      if (mood < 0.02) continue;
      const acceptance = mood < 0.05 ? 'REJECT' : 'ACCEPT';
      const matchId = String(detail['matchId']);
      const playerIds = players.map((player) => player.playerId);
      await promised(client, log, () => client.acceptMatch({ ticketId, matchId, playerIds, acceptance }));
    }
  }

  /** Resolves to the match of an acknowledged ticket when it has ended; to nothing when it ended without one. */
  async function ended(ticketId: string): Promise<string | undefined> {
    const { promise: heard, resolve } = Promise.withResolvers<void>();
    waiting.set(ticketId, resolve);
    for (let wait = lookMs; ; wait = againMs) {
      await Promise.race(wait === lookMs ? [heard, pause(wait)] : [pause(wait)]);
      const [ticket] = await client.describeMatchmaking([ticketId]).catch(() => []);
      if (!ticket || !terminal.has(ticket.status)) continue;
      waiting.delete(ticketId);
      return ticket.status === 'COMPLETED' ? ticket.matchId : undefined;
    }
  }

  /** Asks for a match; returns the ticket's id when it was promised. */
  async function ask({ players, scenario }: Party): Promise<string | undefined> {
    const ticketId = randomUUID();
    const request = {
      configuration: scenario.name,
      ticketId,
      players: players.map((player) =>
        asTicketPlayer(player, scenario, Math.round(1_500 + 200 * player.skill)),
      ),
    };
    const { how } = await promised(client, log, () => client.startMatchmaking(request));
    if (how !== 'promised') return undefined;
    log.tickets.add(ticketId);
    return ticketId;
  }

  /** Every party of a match reports it, again until it is promised: all but the first are duplicates. */
  async function report(matchId: string, party: Party): Promise<void> {
    await pause(playMs);
    const teams = teamsOf(party.scenario).map((name, index) => ({ name, rank: index + 1 }));
    for (let tries = 0; ; tries++) {
      if (tries > 0 || log.results.has(matchId)) log.duplicates++;
      const { how } = await promised(client, log, () => client.reportMatchResult({ matchId, teams }));
      if (how === 'promised') log.results.add(matchId);
      if (how !== 'perhaps') return;
      await pause(againMs);
    }
  }

  async function enter(party: Party): Promise<void> {
    for (const { playerId } of party.players) {
      const sessionId = randomUUID();
      for (;;) {
        const { how } = await promised(client, log, () => client.createSession({ playerId, sessionId }));
        if (how === 'promised') log.sessions.set(sessionId, playerId);
        if (how !== 'perhaps') break;
        await pause(againMs);
      }
    }
  }

  async function live(party: Party): Promise<void> {
    await enter(party);
    while (!leaving) {
      const asked = [await ask(party)];
      const mood = random.uniform();
      const [first] = asked;
      if (first && mood < restless / 2) await promised(client, log, () => client.stopMatchmaking(first));
      else if (mood < restless) asked.push(await ask(party));
      const matches = await Promise.all(asked.map(async (ticketId) => ticketId && (await ended(ticketId))));
      for (const matchId of new Set(matches)) if (matchId) await report(matchId, party);
      await pause(asked.some(Boolean) ? restMs * random.uniform() : againMs);
    }
  }

  const everybody = Promise.all(parties.map(live));
  everybody.catch(trouble.reject);
  return {
    /** Rejects when something went wrong that no fault explains. */
    trouble: trouble.promise,
    /** Everybody finishes what they are in and goes home. */
    async leave(): Promise<void> {
      leaving = true;
      await Promise.race([everybody, trouble.promise]);
    },
    /** Stops listening, once `latest` events were heard. */
    async hangUp(latest: () => Promise<number>): Promise<void> {
      while (log.events.length < (await latest())) await Promise.race([pause(50), trouble.promise]);
      over.abort();
      await listening;
    },
  };
}
