import type { openPoolSteps } from './pool-steps.ts';

export type Steps = Awaited<ReturnType<typeof openPoolSteps>>;

/** Takes the steps after which the last call of the script returns the code. */
export type Story = (steps: Steps) => Promise<unknown>;
