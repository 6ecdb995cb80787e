import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { type Diary, openDiary } from '../../infra/local/demo/diary.ts';
import type { MatchmakingEvent } from '../../jobs/event/event.ts';
import { RequestError } from '../../producers/request-error.ts';
import { type Fleet, soloist } from './fleet.ts';

const endings = new Set([
  'MatchmakingSucceeded',
  'MatchmakingTimedOut',
  'MatchmakingCancelled',
  'MatchmakingFailed',
]);

/** How long (ms) a match is played. */
const playMs = 150;

export interface Traffic {
  /** What the players were promised and told. */
  readonly diary: Diary;
  /** Players finish what they are in, stop searching and go home. Throws what went wrong for any of them. */
  readonly stop: () => Promise<void>;
}

/**
 * Players who queue, play and queue again: `players` in each configuration, until they are stopped. Every
 * player reports the result of every match they were in, so each match is reported once per player.
 */
export function startTraffic(fleet: Fleet, configurations: readonly string[], players: number): Traffic {
  const { client } = fleet;
  const diary = openDiary();
  const waiting = new Map<string, (event: MatchmakingEvent) => void>();
  const closing = new AbortController();
  const listening = listen();
  listening.catch(() => undefined);

  async function listen() {
    for await (const item of client.events({ from: 0, signal: closing.signal })) {
      if (item.kind === 'gap') throw new Error(`the events up to ${item.position} are gone`);
      diary.hear(item.event);
      if (!endings.has(item.event.detail.type)) continue;
      for (const { ticketId } of item.event.detail.tickets) waiting.get(ticketId)?.(item.event);
    }
  }

  let leaving = false;
  const searching = new Set<string>();

  async function live(configuration: string, playerId: string) {
    const { sessionId } = await client.createSession({ playerId });
    diary.sessions.set(sessionId, playerId);
    while (!leaving) {
      const ticketId = randomUUID();
      const { promise: ended, resolve } = Promise.withResolvers<MatchmakingEvent>();
      waiting.set(ticketId, resolve);
      await client.startMatchmaking({ ...soloist(configuration, playerId), ticketId });
      diary.acknowledged.add(ticketId);
      searching.add(ticketId);
      if (leaving) await stopSearching(ticketId);
      const { detail } = await Promise.race([ended, listening.then(() => ended)]);
      searching.delete(ticketId);
      if (detail.type === 'MatchmakingSucceeded') await play(detail);
    }
  }

  async function play({ matchId, gameSessionInfo }: MatchmakingEvent['detail']) {
    await pause(playMs);
    const teams = [...new Set(gameSessionInfo.players.map((player) => player.team ?? ''))].sort();
    const result = teams.map((name, index) => ({ name, rank: index + 1 }));
    await client.reportMatchResult({ matchId: String(matchId), teams: result });
    diary.reported.set(String(matchId), gameSessionInfo.players.length);
  }

  /** A ticket that is being placed or has ended cannot be stopped, and need not be. */
  const stopSearching = (ticketId: string) =>
    client.stopMatchmaking(ticketId).catch((error: unknown) => {
      if (!(error instanceof RequestError && error.code === 'conflict')) throw error;
    });

  const everybody = Promise.all(
    configurations.flatMap((configuration) =>
      Array.from({ length: players }, (_, n) => live(configuration, fleet.own(`${configuration}-${n}`))),
    ),
  );
  everybody.catch(() => undefined);

  return {
    diary,
    async stop() {
      leaving = true;
      await Promise.all([...searching].map(stopSearching));
      await everybody;
      closing.abort();
      await listening;
    },
  };
}
