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
 * The account that goes with an AWS that is given: the stack has none for it, and workers that a test starts
 * need one.
 */
const ownAccount = () =>
  Object.fromEntries(
    ['AWS_REGION', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'].flatMap((name) => {
      const value = process.env[name];
      return value ? [[name, value]] : [];
    }),
  );

/**
 * Starts the whole local stack once for all tests of a project and stops it after the last of them; parts
 * that the environment names are used from there. The project `cluster` has its queue on three primaries in
 * cluster mode; `QUEUE_CLUSTER=1` gives every project such a one.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const stack = await startStack({
    env: process.env,
    cluster: project.name === 'cluster' || onCluster,
    progress: (line) => process.stderr.write(`stack: ${line}\n`),
  });
  project.provide('stackEnv', { ...ownAccount(), ...stack.env });
  return async () => {
    await stack[Symbol.asyncDispose]();
  };
}
