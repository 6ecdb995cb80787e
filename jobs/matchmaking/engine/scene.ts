import type { Engine } from './engine.ts';
import type { Tickets } from './tickets.ts';

/** The tickets of a pool, and the engine that makes matches of them. */
export interface Scene {
  readonly engine: Engine;
  readonly tickets: Tickets;
}
