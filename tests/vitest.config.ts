import { defineConfig } from 'vitest/config';

/** Two projects: `pure` needs nothing; `services` runs on the real local stack, started once for the whole run. */
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
          name: 'services',
          root: '.',
          include: ['tests/services/**/*.test.ts', 'tests/fleet/**/*.test.ts'],
          globalSetup: ['tests/support/local-stack.ts'],
          testTimeout: 30_000,
          hookTimeout: 60_000,
          maxWorkers: 2,
        },
      },
    ],
  },
});
