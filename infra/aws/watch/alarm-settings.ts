import { z } from 'zod';
import { keptFailures } from '../../../jobs/contract.ts';

const count = z.int().min(0);
const seconds = z.number().positive();
const percent = z.number().positive().max(100);

/** From where on somebody is told. */
export const alarms = z.strictObject({
  sessionLatencyMs: z.number().positive(),
  /** A queue this many acceptable waits long has outrun its scaling. */
  backlogFactor: z.number().min(1),
  oldestJobSeconds: seconds,
  matchmakingTimeP90Seconds: seconds,
  /** Jobs that failed for good within five minutes. */
  failedJobs: count,
  /** Failed jobs kept and looked at by nobody; a queue keeps no more than `keptFailures`. */
  deadLetters: count.max(keptFailures - 1),
  /** Matches decided and not recorded; at 50,000 no more are formed. */
  outboxLength: z.int().min(1).max(50_000),
  restarts: count,
  /** A topic, or the record of tickets, this far behind the event stream. */
  eventLagSeconds: seconds,
  /** When a store is full, busy or behind, whatever its size. */
  stores: z
    .strictObject({
      /** At 100 % the queue cluster refuses every producer. */
      queueMemoryPercent: percent.default(70),
      /** The session cache evicts when full, as it may. */
      cacheMemoryPercent: percent.default(95),
      /** Valkey has one thread: of the queue cluster it is the ceiling of the fleet. */
      queueCpuPercent: percent.default(75),
      cacheCpuPercent: percent.default(80),
      replicationLagSeconds: seconds.default(5),
      documentdbCpuPercent: percent.default(80),
      /** Of `documentdb.connectionLimit` and `cursorLimit`. */
      documentdbUsePercent: percent.default(80),
    })
    .prefault({}),
});
