import { repeat } from '../runtime/repeat.ts';
import { isOfTheStore } from '../runtime/store-trouble.ts';

const againMs = 5_000;

/**
 * Lets a worker write what it writes when it starts. A queue Redis that is full refuses that, and the worker starts all the same:
 * it takes running workers to time tickets out, which is what frees a full store. The writes are then tried again every 5 s until
 * they are done. `onRefused` hears each refusal. Returns what ends the attempts. Any other failure is thrown.
 */
export async function firstWrites(
  write: () => Promise<void>,
  onRefused: (error: Error) => void,
): Promise<() => Promise<void>> {
  let isDone = false;
  const attempt = async () => {
    if (isDone) return;
    await write();
    isDone = true;
  };
  try {
    await attempt();
  } catch (error) {
    if (!isOfTheStore(error)) throw error;
    onRefused(error as Error);
    return repeat(againMs, attempt, onRefused);
  }
  return async () => undefined;
}
