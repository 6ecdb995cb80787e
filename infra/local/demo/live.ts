import { queueNames } from '../../../jobs/contract.ts';
import type { FleetClient } from '../../../producers/client.ts';
import type { Diary } from './diary.ts';
import type { Screen } from './screen.ts';
import { percentile } from './statistics.ts';

const everyMs = 500;

/** Redraws what is going on twice a second until it is told to stop. */
export function showLive(
  client: FleetClient,
  diary: Diary,
  players: number,
  screen: Screen,
): () => Promise<void> {
  const startedAt = performance.now();
  let turn: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    turn = turn.then(async () =>
      screen.draw(await lines(client, diary, players, performance.now() - startedAt)),
    );
    turn.catch(() => clearInterval(timer));
  }, everyMs);
  return async () => {
    clearInterval(timer);
    await turn;
  };
}

async function lines(client: FleetClient, diary: Diary, players: number, ms: number): Promise<string[]> {
  const queues = await Promise.all(queueNames.map((name) => client.describeQueue(name)));
  const depth = queues.map(({ queue, waiting, active }) => `${queue} ${waiting}+${active}`);
  const failed = queues.reduce((sum, it) => sum + it.failed, 0);
  const last = [...diary.heard.values()].map((types) => types.at(-1));
  const searching = last.filter((type) => type === 'MatchmakingSearching').length;
  const seconds = (wait: number) => `${(wait / 1_000).toFixed(2)} s`;
  return [
    `${(ms / 1_000).toFixed(0).padStart(3)} s   players ${diary.arrived}/${players}   tickets ${diary.acknowledged.size}   searching ${searching}`,
    `        queues (waiting+active): ${depth.join('   ')}`,
    `        matches reported ${diary.reported.size}   wait p50 ${seconds(percentile(diary.waits, 0.5))}   p99 ${seconds(percentile(diary.waits, 0.99))}`,
    `        failed jobs ${failed}   refused calls ${diary.refusals.length}`,
  ];
}
