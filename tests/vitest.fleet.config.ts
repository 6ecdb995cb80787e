import { defineConfig } from 'vitest/config';
import { ofOneServer, onLocalStack } from './support/on-local-stack.ts';

/**
 * What `npm run test:fleet` runs: `fleet` starts worker processes and other programs on the local stack; `cluster` runs every
 * script and the journeys once more on a stack whose queue is three primaries in cluster mode. A project that needs minutes,
 * or a machine of its own kind, belongs here.
 */
export default defineConfig({
  test: {
    reporters: ['default', './tests/support/retried.ts'],
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
    ],
  },
});
