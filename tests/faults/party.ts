import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { asTicketPlayer, type Party } from '../../infra/local/demo/population.ts';
import type { Chance } from '../../infra/local/demo/random.ts';
import type { Scenario } from '../../infra/local/demo/scenarios.ts';
import { loadRuleSet } from '../../jobs/rule-set/load.ts';
import { instanceNames } from '../../jobs/rule-set/rule-set.ts';
import type { CallOptions } from '../../producers/call.ts';
import type { FleetClient } from '../../producers/client.ts';
import { ask, type PromiseLog } from './promises.ts';

/** The match a ticket ended in, and who sits where in it as far as was heard. */
export interface Ending {
  readonly matchId: string;
  readonly seats: readonly { readonly playerId: string; readonly team?: string }[];
}

interface World {
  readonly client: FleetClient;
  readonly log: PromiseLog;
  readonly random: Chance;
  readonly restless: number;
  readonly ended: (ticketId: string) => Promise<Ending | undefined>;
}

/**
 * How long (ms) a match is played where its scenario does not say, a party rests, and a failed call waits for
 * its next try.
 */
const usualPlayMs = 150;
const restMs = 400;
const againMs = 250;

/**
 * Shares of matches: somebody leaves at once, a session ends with it, more players are asked for, nobody
 * reports it.
 */
const shares = { leaves: 0.08, endsSession: 0.05, backfills: 0.05, unreported: 0.02 } as const;
/** Shares of proposals that a ticket ignores, and rejects. */
const moods = { silent: 0.02, rejects: 0.03 } as const;

/** The teams of a scenario's matches, by the names each has in a match. */
function teamsOf({ ruleSet }: Scenario): string[] {
  const loaded = loadRuleSet(ruleSet);
  if (!loaded.ok) throw new Error(loaded.problems.map((it) => `${it.path}: ${it.message}`).join('; '));
  return loaded.ruleSet.teams.flatMap(instanceNames);
}

/** What one party does. Half of those who play alone act for themselves, the others by a service. */
export function partyLife(party: Party, { client, log, random, restless, ended }: World) {
  const { players, scenario } = party;
  const [alone] = players.length === 1 ? players : [];
  const options: CallOptions =
    alone && random.uniform() < 0.5 ? { actor: { kind: 'player', playerId: alone.playerId } } : {};
  const sessions = new Map<string, string>();

  async function answer(ticketId: string, matchId: string, playerIds: string[]): Promise<void> {
    const mood = random.uniform();
    if (mood < moods.silent) return;
    const acceptance = mood < moods.silent + moods.rejects ? 'REJECT' : 'ACCEPT';
    const request = { ticketId, matchId, playerIds, acceptance } as const;
    await ask(client, log, { kind: 'accept', ...request }, () => client.acceptMatch(request, options));
  }

  /** Asks for a match; returns the ticket's id when it was promised. */
  async function start(): Promise<string | undefined> {
    const ticketId = randomUUID();
    const configuration = scenario.name;
    const asked = players.map((player) =>
      asTicketPlayer(player, scenario, Math.round(1_500 + 200 * player.skill)),
    );
    const playerIds = players.map((player) => player.playerId);
    const { told } = await ask(client, log, { kind: 'start', ticketId, configuration, playerIds }, () =>
      client.startMatchmaking({ configuration, ticketId, players: asked }, options),
    );
    return told === 'yes' ? ticketId : undefined;
  }

  /** Every party of a match reports it, again until it is promised: all but the first are duplicates. */
  async function report(matchId: string): Promise<void> {
    const result = {
      matchId,
      teams: teamsOf(scenario).map((name, index) => ({ name, rank: index + 1 })),
    };
    for (let tries = 0; ; tries++) {
      if (tries > 0) log.duplicates++;
      const { told } = await ask(client, log, { kind: 'report-result', matchId, result }, () =>
        client.reportMatchResult(result),
      );
      if (told !== 'perhaps') return;
      await pause(againMs);
    }
  }

  /** Whoever has no session gets one. */
  async function enter(): Promise<void> {
    for (const { playerId } of players) {
      while (!sessions.has(playerId)) {
        const sessionId = randomUUID();
        const { told } = await ask(client, log, { kind: 'create-session', sessionId, playerId }, () =>
          client.createSession({ playerId, sessionId }, options),
        );
        if (told !== 'perhaps') sessions.set(playerId, sessionId);
        else await pause(againMs);
      }
    }
  }

  async function leave(matchId: string): Promise<void> {
    const playerId = random.pick(players).playerId;
    await ask(client, log, { kind: 'player-left', matchId, playerId }, () =>
      client.playerLeft({ matchId, playerId }, options),
    );
  }

  async function endSession(): Promise<void> {
    const playerId = random.pick(players).playerId;
    const sessionId = sessions.get(playerId);
    if (!sessionId) return;
    sessions.delete(playerId);
    await ask(client, log, { kind: 'end-session', sessionId }, () =>
      client.endSession({ sessionId, playerId }, options),
    );
  }

  /** Asks for company for a match, as its game server would. */
  async function backfill({ matchId, seats }: Ending): Promise<void> {
    const playing = seats.flatMap(({ playerId, team }) => (team ? [{ playerId, team }] : []));
    if (playing.length === 0) return;
    const ticketId = randomUUID();
    const configuration = scenario.name;
    await ask(client, log, { kind: 'start-backfill', ticketId, configuration, matchId }, () =>
      client.startBackfill({ configuration, matchId, ticketId, players: playing }),
    );
  }

  async function play(ending: Ending): Promise<void> {
    const mood = random.uniform();
    const { leaves, endsSession, backfills, unreported } = shares;
    if (mood < leaves) await leave(ending.matchId);
    else if (mood < leaves + endsSession) await endSession();
    else if (scenario.backfill && mood < leaves + endsSession + backfills) await backfill(ending);
    if (scenario.backfill && random.uniform() < unreported) return;
    await pause((scenario.playMs ?? usualPlayMs) * random.uniform());
    await report(ending.matchId);
  }

  async function live(isLeaving: () => boolean): Promise<void> {
    while (!isLeaving()) {
      await enter();
      const asked = [await start()];
      const mood = random.uniform();
      const [first] = asked;
      if (first && mood < restless / 2)
        await ask(client, log, { kind: 'stop', ticketId: first }, () =>
          client.stopMatchmaking(first, options),
        );
      else if (mood < restless) asked.push(await start());
      const endings = await Promise.all(asked.map(async (ticketId) => ticketId && (await ended(ticketId))));
      for (const ending of endings) if (ending) await play(ending);
      await pause(asked.some(Boolean) ? restMs * random.uniform() : againMs);
    }
  }

  return { answer, live };
}
