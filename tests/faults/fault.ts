import type { Db } from 'mongodb';
import type { Chance } from '../../infra/local/demo/random.ts';
import type { FleetClient } from '../../producers/client.ts';
import type { ApiUnderFault } from './api-under-fault.ts';
import type { PromiseLog } from './promises.ts';
import type { StackUnderFault } from './stack-under-fault.ts';
import type { Workforce } from './workforce.ts';

/** What a fault can lay its hands on. */
export interface Field {
  readonly surroundings: StackUnderFault;
  readonly workforce: Workforce;
  readonly api: ApiUnderFault;
  readonly client: FleetClient;
  readonly domain: string;
  /** What the fleet has on record. */
  readonly record: Db;
  readonly log: PromiseLog;
  /** Configurations whose pools are about. */
  readonly pools: readonly string[];
}

export interface Fault {
  /** What it breaks: two faults of the same come one after the other, others may meet. */
  readonly on: 'workers' | 'queue' | 'documentdb' | 'aws' | 'jobs' | 'ids' | 'api';
  /** Time-outs have to go on meanwhile. Default: whoever waits while it strikes is not late. */
  readonly timeGoesOn?: true;
  /** Strikes, and resolves when its cause is gone. */
  readonly strike: (field: Field, random: Chance) => Promise<void>;
}
