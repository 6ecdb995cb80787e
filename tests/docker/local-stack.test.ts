import { describe, inject } from 'vitest';

describe.skipIf(inject('dockerObstacle'))('in Docker', async () => {
  await import('../services/local-stack.test.ts');
});
