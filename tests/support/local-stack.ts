import type { TestProject } from 'vitest/node';
import { startStack } from '../../infra/local/stack.ts';
import { onCluster } from './on-local-stack.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The variables by which a worker finds the stack of this test run: `inject('stackEnv')`. */
    stackEnv: Readonly<Record<string, string>>;
  }
}

/**
 * Starts the whole local stack once for all tests of a project and stops it after the last of them. The project `cluster`
 * has its queue on three primaries in cluster mode; `QUEUE_CLUSTER=1` gives every project such a one.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const stack = await startStack({
    env: process.env,
    cluster: project.name === 'cluster' || onCluster,
    progress: (line) => process.stderr.write(`stack: ${line}\n`),
  });
  project.provide('stackEnv', stack.env);
  return async () => {
    await stack[Symbol.asyncDispose]();
  };
}
