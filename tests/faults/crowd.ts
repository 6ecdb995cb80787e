import { setTimeout as pause } from 'node:timers/promises';
import type { Party } from '../../infra/local/demo/population.ts';
import type { Chance } from '../../infra/local/demo/random.ts';
import type { MatchmakingEvent } from '../../jobs/event/event.ts';
import { isTerminal } from '../../jobs/ticket/lifecycle.ts';
import type { FleetClient } from '../../producers/client.ts';
import { type Ending, partyLife } from './party.ts';
import { listen, type PromiseLog } from './promises.ts';

export interface CrowdOptions {
  readonly client: FleetClient;
  readonly log: PromiseLog;
  readonly parties: readonly Party[];
  readonly random: Chance;
  /** Share of tickets whose party changes its mind at once: half of them stop it, half ask anew. */
  readonly restless: number;
}

/** How often (ms) a party looks for itself, should an event be late, and how often after the first look. */
const lookMs = 1_000;
const againMs = 250;

const endings = /^Matchmaking(Succeeded|Failed|Cancelled|TimedOut)$/;

/** Parties who queue, play and queue again through whatever happens, until they are told to go home. */
export function startCrowd({ client, log, parties, random, restless }: CrowdOptions) {
  const over = new AbortController();
  const waiting = new Map<string, (event: MatchmakingEvent) => void>();
  const trouble = Promise.withResolvers<never>();
  trouble.promise.catch(() => undefined);
  const listening = listen(client, log, over.signal, hear);
  listening.catch(trouble.reject);
  let leaving = false;

  const lives = parties.map((party) => partyLife(party, { client, log, random, restless, ended }));
  const lifeOf = new Map(
    lives.flatMap((life, at) =>
      (parties[at]?.players ?? []).map((player) => [player.playerId, life] as const),
    ),
  );

  function hear(event: MatchmakingEvent) {
    const { type, tickets } = event.detail;
    if (type === 'PotentialMatchCreated' && event.detail['acceptanceRequired'])
      for (const { ticketId, players } of tickets) {
        const playerIds = players.map((player) => player.playerId);
        const answered = lifeOf
          .get(playerIds[0] ?? '')
          ?.answer(ticketId, String(event.detail['matchId']), playerIds);
        answered?.catch(trouble.reject);
      }
    if (endings.test(type)) for (const { ticketId } of tickets) waiting.get(ticketId)?.(event);
  }

  /**
   * Resolves when an acknowledged ticket has ended: to its match, or to nothing when it ended without one.
   */
  async function ended(ticketId: string): Promise<Ending | undefined> {
    const { promise: heard, resolve } = Promise.withResolvers<MatchmakingEvent | undefined>();
    waiting.set(ticketId, resolve);
    let event: MatchmakingEvent | undefined;
    for (let wait = lookMs; ; wait = againMs) {
      // A pause each time: describing fails at once while Redis is away, and a loop without one never lets it
      // come back.
      const came = await Promise.race(
        wait === lookMs ? [heard, pause(wait, undefined)] : [pause(wait, undefined)],
      );
      event ??= came;
      const [ticket] = await client.describeMatchmaking([ticketId]).catch(() => []);
      if (!ticket || !isTerminal(ticket.status)) continue;
      waiting.delete(ticketId);
      if (ticket.status !== 'COMPLETED' || !ticket.matchId) return undefined;
      return { matchId: ticket.matchId, seats: event?.detail.gameSessionInfo.players ?? [] };
    }
  }

  const everybody = Promise.all(lives.map((life) => life.live(() => leaving)));
  everybody.catch(trouble.reject);
  return {
    /** Rejects when something went wrong that no fault explains. */
    trouble: trouble.promise,
    /** Everybody finishes what they are in and goes home. */
    async leave(): Promise<void> {
      leaving = true;
      await Promise.race([everybody, trouble.promise]);
    },
    /** Tickets whose parties wait for their end. */
    waitedFor: (): string[] => [...waiting.keys()],
    /** Stops listening, once the latest event was heard. */
    async hangUp(latest: () => Promise<string | null>): Promise<void> {
      while ((log.positions.at(-1) ?? null) !== (await latest()))
        await Promise.race([pause(50), trouble.promise]);
      over.abort();
      await listening;
    },
  };
}
