import { defineConfig } from 'vitest/config';
import { LongestFirst } from './support/longest-first.ts';
import { ofOneServer, onLocalStack } from './support/on-local-stack.ts';

/**
 * The X-Ray SDK sends to the first daemon that its process names, so this file needs a process of its own.
 */
const ofOneProcess = 'tests/services/telemetry-tracing.test.ts';

/**
 * What `npm test` runs: `pure` and `tracing` need nothing; `services` runs on the real local stack, started
 * once for the whole run, or on the servers that the environment names. `tests/vitest.fleet.config.ts` has
 * the rest. All service tests on a queue in cluster mode: `QUEUE_CLUSTER=1 npm test -- --project services`.
 */
export default defineConfig({
  test: {
    reporters: ['default', './tests/support/retried.ts'],
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          name: 'pure',
          root: '.',
          include: ['tests/unit/**/*.test.ts', 'tests/architecture.test.ts'],
          maxWorkers: '100%',
          // Property tests on a busy machine.
          testTimeout: 30_000,
          // Pure code leaves nothing behind, so files share processes and what those have loaded.
          isolate: false,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          ...onLocalStack,
          name: 'services',
          include: ['tests/services/**/*.test.ts'],
          exclude: [...ofOneServer, ofOneProcess],
          // Files share processes and what those have loaded, which is a fifth of the time.
          isolate: false,
          sequence: { groupOrder: 2 },
        },
      },
      {
        test: {
          name: 'tracing',
          root: '.',
          include: [ofOneProcess],
          env: onLocalStack.env,
          sequence: { groupOrder: 3 },
        },
      },
    ],
  },
});
