import type { Durability, Progress } from './part.ts';
import type { Run } from './run.ts';

/** What servers are started in, whatever has them. */
export interface Surroundings {
  readonly run: Run;
  readonly env: NodeJS.ProcessEnv;
  readonly durability: Durability;
  readonly movableClock: boolean;
  readonly progress: Progress;
}
