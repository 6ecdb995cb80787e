import type { TestProject } from 'vitest/node';
import { dockerObstacle } from '../../infra/local/docker/obstacle.ts';
import { startStack } from '../../infra/local/stack.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Why the tests of project `docker` cannot run here; undefined when they can. */
    dockerObstacle: string | undefined;
  }
}

/**
 * Starts the local stack in Docker for project `docker`. Where that does not work, says so before and after
 * the tests.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const obstacle = await dockerObstacle(process.env);
  project.provide('dockerObstacle', obstacle);
  if (obstacle !== undefined) {
    project.provide('stackEnv', {});
    const tell = async () => {
      process.stderr.write(
        `SKIPPED: every test of project docker. Docker cannot run the stack here: ${obstacle}\n`,
      );
    };
    await tell();
    return tell;
  }
  const stack = await startStack({
    env: { ...process.env, STACK_SERVERS: 'docker' },
    progress: (line) => process.stderr.write(`stack: ${line}\n`),
  });
  project.provide('stackEnv', stack.env);
  return async () => {
    await stack[Symbol.asyncDispose]();
  };
}
