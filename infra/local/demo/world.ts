import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { MatchmakingEvent } from '../../../jobs/event/event.ts';
import type { CallOptions } from '../../../producers/call.ts';
import type { FleetClient } from '../../../producers/client.ts';
import { RequestError } from '../../../producers/request-error.ts';
import type { Diary } from './diary.ts';
import { asTicketPlayer, type Party, type SimulatedPlayer } from './population.ts';
import type { Chance } from './random.ts';
import type { Scenario } from './scenarios.ts';

/** The calls that upstream services make here. */
export type WorldClient = Pick<
  FleetClient,
  'createSession' | 'startMatchmaking' | 'acceptMatch' | 'reportMatchResult' | 'events'
>;

export interface WorldOptions {
  readonly client: WorldClient;
  readonly parties: readonly Party[];
  /** Matches each party plays before it goes home. */
  readonly rounds: number;
  /** Ms after the start when no party starts another match. */
  readonly closesAt: number;
  /** What a game server reads: a player's visible rating, from the session cache. */
  readonly ratingOf: (playerId: string) => Promise<number>;
  /** Whose access token it is; throws when it is nobody's. */
  readonly verify: (accessToken: string) => Promise<{ readonly playerId: string }>;
  readonly diary: Diary;
  readonly random: Chance;
  /** `now`: events from before are none of these parties'. Default: every event that is kept. */
  readonly from?: 'now';
}

/** How long (ms) a simulated match takes where its scenario does not say. */
const usualPlayMs = 200;

/**
 * Lets every party arrive, queue, play and queue again, as upstream services would: through the client alone,
 * told by the event stream how its tickets end. Resolves when everybody has gone home.
 */
export async function liveThrough(options: WorldOptions): Promise<void> {
  const { parties } = options;
  const referee = createReferee(options);
  const over = new AbortController();
  const trouble = Promise.withResolvers<never>();
  const watching = watch(options, referee, over.signal, trouble.reject);
  watching.catch(trouble.reject);
  const start = performance.now();
  const visits = Promise.all(
    parties.map(async (party) => {
      await pause(Math.max(0, party.arrivesAt - (performance.now() - start)));
      await visit(party, options, referee, () => performance.now() - start > options.closesAt);
    }),
  );
  await Promise.race([visits, trouble.promise]);
  over.abort();
  await watching;
}

async function visit(
  party: Party,
  options: WorldOptions,
  referee: Referee,
  isClosed: () => boolean,
): Promise<void> {
  const { client, diary, rounds, ratingOf } = options;
  const call = await callerOf(party, options);
  await Promise.all(
    party.players.map(async ({ playerId }) => {
      const { sessionId } = await client.createSession({ playerId }, call);
      diary.sessions.set(sessionId, playerId);
    }),
  );
  diary.arrived += party.players.length;
  for (let round = 0; round < rounds && !(round > 0 && isClosed()); round++) {
    const players = await Promise.all(
      party.players.map(async (player) =>
        asTicketPlayer(player, party.scenario, await ratingOf(player.playerId)),
      ),
    );
    const ticketId = randomUUID();
    const ended = referee.expect(ticketId);
    const started = await client
      .startMatchmaking({ configuration: party.scenario.name, ticketId, players }, call)
      .catch((error: unknown) => {
        if (!(error instanceof RequestError)) throw error;
        diary.refusals.push(error.message);
        return undefined;
      });
    if (!started) return;
    diary.acknowledged.add(ticketId);
    if ((await ended) === 'unmatched') return;
  }
}

/** Players who signed in act by their verified token; for the others their game's service acts. */
async function callerOf({ players: [player] }: Party, { verify }: WorldOptions): Promise<CallOptions> {
  if (!player?.accessToken) return {};
  const { playerId } = await verify(player.accessToken);
  return { actor: { kind: 'player', playerId } };
}

type Ending = 'played' | 'unmatched';

const endings = new Set([
  'MatchmakingSucceeded',
  'MatchmakingTimedOut',
  'MatchmakingCancelled',
  'MatchmakingFailed',
]);

type Referee = ReturnType<typeof createReferee>;

/** A match as it is played: who is in it changes when it is backfilled, and so does its id. */
interface Game {
  event: MatchmakingEvent;
  readonly played: Promise<void>;
}

/**
 * Knows who waits for which ticket, plays each match once, however often it is backfilled meanwhile, and
 * reports who won by the players' hidden skill.
 */
function createReferee({ client, parties, diary, random }: WorldOptions) {
  const skills = new Map(
    parties.flatMap((party) => party.players.map((player) => [player.playerId, player] as const)),
  );
  const waiting = new Map<string, (ending: Ending) => void>();

  const games = new Map<string, Game>();
  const backfill = 'backfill-';
  const idOf = ({ detail }: MatchmakingEvent) => String(detail['matchId']);

  /** Plays a match, or goes on playing the one that it backfills. Resolves when it is over and reported. */
  const play = (event: MatchmakingEvent): Promise<void> => {
    // Nobody leaves a match here before its end, so a backfill ticket is named after the match alone.
    const filled = event.detail.tickets.find(({ ticketId }) => ticketId.startsWith(backfill));
    const running = filled && games.get(filled.ticketId.slice(backfill.length));
    if (running) {
      running.event = event;
      games.set(idOf(event), running);
      return running.played;
    }
    const { promise, resolve } = Promise.withResolvers<void>();
    const game: Game = { event, played: promise };
    games.set(idOf(event), game);
    return finish(game).then(resolve);
  };

  const finish = async (game: Game): Promise<void> => {
    const { playMs = usualPlayMs } = scenarioOf(game.event, parties) ?? {};
    await pause(playMs * (0.5 + random.uniform()));
    const { event } = game;
    const matchId = idOf(event);
    const teams = Map.groupBy(event.detail.gameSessionInfo.players, (player) => player.team ?? '');
    const result = [...teams].map(([name, players]) => ({
      name,
      score: performanceOf(
        players.flatMap((player) => skills.get(player.playerId) ?? []),
        random,
      ),
    }));
    diary.reported.set(matchId, event.detail.gameSessionInfo.players.length);
    await client.reportMatchResult({ matchId, teams: result });
  };

  const answer = async (event: MatchmakingEvent): Promise<void> => {
    const matchId = idOf(event);
    const { rejects, silent } = scenarioOf(event, parties)?.acceptance ?? { rejects: 0, silent: 0 };
    for (const { ticketId, players } of event.detail.tickets) {
      const mood = random.uniform();
      if (mood < silent) continue;
      const acceptance = mood < silent + rejects ? 'REJECT' : 'ACCEPT';
      const playerIds = players.map((player) => player.playerId);
      await client.acceptMatch({ ticketId, matchId, playerIds, acceptance }).catch((error: unknown) => {
        // Somebody else's rejection may have ended the proposal already.
        if (!(error instanceof RequestError && error.code === 'conflict')) throw error;
      });
    }
  };

  return {
    /**
     * Resolves when the ticket's match has been played and reported, or when the ticket ended without one.
     */
    expect(ticketId: string): Promise<Ending> {
      const { promise, resolve } = Promise.withResolvers<Ending>();
      waiting.set(ticketId, resolve);
      return promise;
    },

    async hear(event: MatchmakingEvent): Promise<void> {
      const { type, tickets } = event.detail;
      if (type === 'PotentialMatchCreated' && event.detail['acceptanceRequired']) await answer(event);
      if (!endings.has(type)) return;
      const ending = type === 'MatchmakingSucceeded' ? 'played' : 'unmatched';
      if (ending === 'played') await play(event);
      for (const { ticketId } of tickets) {
        waiting.get(ticketId)?.(ending);
        waiting.delete(ticketId);
      }
    },
  };
}

function scenarioOf({ resources }: MatchmakingEvent, parties: readonly Party[]): Scenario | undefined {
  const name = resources[0]?.split('/').at(-1);
  return parties.find((party) => party.scenario.name === name)?.scenario;
}

/** A team's score: its mean skill plus the luck of the day, as logistic as Elo has it. */
function performanceOf(players: readonly SimulatedPlayer[], random: Chance): number {
  const mean = players.reduce((sum, player) => sum + player.skill, 0) / Math.max(1, players.length);
  const u = Math.min(0.999, Math.max(0.001, random.uniform()));
  return mean + 0.5 * Math.log(u / (1 - u));
}

async function watch(
  { client, diary, from }: WorldOptions,
  referee: Referee,
  signal: AbortSignal,
  onTrouble: (error: unknown) => void,
): Promise<void> {
  for await (const item of client.events({ ...(from !== 'now' && { from: 0 as const }), signal })) {
    if (item.kind === 'gap') throw new Error(`The demo fell behind the event stream at ${item.position}`);
    diary.hear(item.event);
    referee.hear(item.event).catch(onTrouble);
  }
}
