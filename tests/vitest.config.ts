import { defineConfig } from 'vitest/config';

const onLocalStack = {
  root: '.',
  globalSetup: ['tests/support/local-stack.ts'],
  testTimeout: 60_000,
  hookTimeout: 120_000,
  // Real servers on a busy machine miss a deadline now and then: a test has failed when it fails twice. What should be an
  // empty list, as broken invariants, gets no second try: a race that breaks one now and then must be seen.
  retry: { count: 1, condition: /^(?!.*to deeply equal \[\])/s },
  maxWorkers: 2,
  // As a worker's entry sets it, before the X-Ray SDK is loaded.
  env: { AWS_XRAY_MANUAL_MODE: '1' },
};

const onCluster = process.env['QUEUE_CLUSTER'] === '1';
/** They stand between a client and the one server of its queue, which a proxy or MONITOR can: not on a cluster. */
const ofOneServer = ['client-away', 'acl-roles', 'tls'].map((name) => `tests/services/${name}.test.ts`);

/**
 * Four projects: `pure` needs nothing; `services` runs on the real local stack, started once for the whole run; `cluster`
 * runs every script and the journeys once more on a stack whose queue is three primaries in cluster mode; `docker` the
 * journeys and the stack's own tests on a stack in Docker, where that works. Everything on three primaries, or in Docker:
 * `QUEUE_CLUSTER=1` or `STACK_SERVERS=docker`, then `npm test -- --project services`.
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'pure',
          root: '.',
          include: ['tests/unit/**/*.test.ts', 'tests/architecture.test.ts'],
        },
      },
      {
        test: {
          ...onLocalStack,
          name: 'services',
          include: ['tests/services/**/*.test.ts', 'tests/fleet/**/*.test.ts'],
          exclude: onCluster ? ofOneServer : [],
        },
      },
      {
        test: {
          ...onLocalStack,
          name: 'docker',
          globalSetup: ['tests/support/docker-stack.ts'],
          include: ['tests/docker/**/*.test.ts'],
          env: { ...onLocalStack.env, STACK_SERVERS: 'docker' },
          // A container takes seconds to start, many on a busy machine.
          testTimeout: 240_000,
          hookTimeout: 240_000,
        },
      },
      {
        test: {
          ...onLocalStack,
          name: 'cluster',
          include: ['tests/services/{script-returns,client}.test.ts', 'tests/fleet/journey.test.ts'],
        },
      },
    ],
  },
});
