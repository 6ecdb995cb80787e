import type { Progress } from './part.ts';

/** Seconds between two lines about the same step. */
const interval = 10;

/** Does one long step and tells about it: when it begins, every ten seconds, and how long it took. */
export async function step<T>(progress: Progress, title: string, work: () => Promise<T>): Promise<T> {
  const begin = performance.now();
  const seconds = () => Math.round((performance.now() - begin) / 1000);
  progress(`${title} ...`);
  const ticking = setInterval(() => progress(`${title} ... ${seconds()} s`), interval * 1000);
  try {
    const result = await work();
    progress(`${title}: done in ${seconds()} s`);
    return result;
  } finally {
    clearInterval(ticking);
  }
}
