import { describe, inject } from 'vitest';

describe.skipIf(inject('dockerObstacle'))('on a stack in Docker', async () => {
  await import('../fleet/journey.test.ts');
});
