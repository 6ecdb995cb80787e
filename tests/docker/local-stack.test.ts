import { describe, inject } from 'vitest';

describe.skipIf(inject('dockerObstacle'))('in Docker', async () => {
  await import('../fleet/local-stack.test.ts');
});
