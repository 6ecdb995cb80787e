import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';

/** `QUEUE_CLUSTER=1` gives every project a queue of three primaries in cluster mode. */
export const onCluster = process.env['QUEUE_CLUSTER'] === '1';

/**
 * They stand between a client and the one server of its queue, which a proxy or MONITOR can: not on a
 * cluster.
 */
export const ofOneServer = onCluster
  ? ['services/client-away', 'fleet/acl-roles', 'fleet/tls'].map((name) => `tests/${name}.test.ts`)
  : [];

/**
 * What every project that needs the local stack has in common. Vitest wants another `sequence.groupOrder` for
 * each project: those that share one have to have the same number of workers, and run mixed.
 */
export const onLocalStack = {
  root: '.',
  globalSetup: ['tests/support/local-stack.ts'],
  testTimeout: 60_000,
  hookTimeout: 120_000,
  // Real servers on a busy machine miss a deadline now and then: a test has failed when it fails twice. What
  // should be an empty list, as broken invariants, gets no second try: a race that breaks one now and then
  // must be seen.
  retry: { count: 1, condition: /^(?!.*to deeply equal \[\])/s },
  // They wait more than they compute, for servers and processes.
  maxWorkers: Math.min(availableParallelism() + 1, 4),
  env: {
    // As a worker's entry sets it, before the X-Ray SDK is loaded.
    AWS_XRAY_MANUAL_MODE: '1',
    // Programs that tests start find here what an earlier one compiled, which is a third of the time they
    // take to start.
    NODE_COMPILE_CACHE: fileURLToPath(new URL('../../node_modules/.cache/compiled', import.meta.url)),
  },
};
