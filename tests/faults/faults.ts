import { apiFaults } from './api-faults.ts';
import type { Fault } from './fault.ts';
import { idFaults } from './id-faults.ts';
import { jobFaults } from './job-faults.ts';
import { queueFaults } from './queue-faults.ts';
import { storeFaults } from './store-faults.ts';
import { workerFaults } from './worker-faults.ts';

/** Every kind of fault there is. */
export const faults: Readonly<Record<string, Fault>> = {
  ...workerFaults,
  ...queueFaults,
  ...storeFaults,
  ...jobFaults,
  ...idFaults,
  ...apiFaults,
};
