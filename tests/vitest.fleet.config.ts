import { defineConfig } from 'vitest/config';
import { LongestFirst } from './support/longest-first.ts';
import { ofOneServer, onLocalStack } from './support/on-local-stack.ts';

/**
 * What `npm run test:fleet` runs: `fleet` starts worker processes and other programs on the local stack;
 * `cluster` runs every script and the journeys once more on a stack whose queue is three primaries in cluster
 * mode; `docker` runs the journeys and the stack's own tests on a stack in Docker, where that works. A
 * project that needs minutes, or a machine of its own kind, belongs here.
 */
export default defineConfig({
  test: {
    reporters: ['default', './tests/support/retried.ts'],
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          ...onLocalStack,
          name: 'fleet',
          include: ['tests/fleet/**/*.test.ts'],
          exclude: ofOneServer,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          ...onLocalStack,
          name: 'cluster',
          include: ['tests/services/{script-returns,client}.test.ts', 'tests/fleet/journey.test.ts'],
          sequence: { groupOrder: 2 },
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
          sequence: { groupOrder: 3 },
        },
      },
    ],
  },
});
