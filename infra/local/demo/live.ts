import { queueNames } from '../../../jobs/contract.ts';
import type { MatchmakingClient } from '../../../producers/client.ts';
import type { Diary } from './diary.ts';
import type { Screen } from './screen.ts';
import { percentile } from './statistics.ts';

const everyMs = 500;

/** Redraws what is going on twice a second until it is told to stop. */
export function showLive(
  client: MatchmakingClient,
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

async function lines(
  { queues }: MatchmakingClient,
  diary: Diary,
  players: number,
  ms: number,
): Promise<string[]> {
  const counts = await Promise.all(
    queueNames.map((name) => queues[name].getJobCounts('waiting', 'prioritized', 'active', 'failed')),
  );
  const depth = queueNames.map(
    (name, at) =>
      `${name} ${(counts[at]?.['waiting'] ?? 0) + (counts[at]?.['prioritized'] ?? 0)}+${counts[at]?.['active'] ?? 0}`,
  );
  const failed = counts.reduce((sum, count) => sum + (count['failed'] ?? 0), 0);
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
