import { parseArgs } from 'node:util';
import { partNames } from '../../infra/local/part.ts';
import { startStack } from '../../infra/local/stack.ts';

/**
 * Started with an IPC channel by the tests that kill it: starts a stack of the named parts, sends its folder,
 * its variables and its process ids, and holds it until it is killed.
 */
const { positionals } = parseArgs({ allowPositionals: true });
const parts = partNames.filter((name) => positionals.includes(name));
const stack = await startStack({ env: process.env, parts });
process.send?.({
  folder: stack.folder,
  env: stack.env,
  pids: parts.flatMap((name) => [...stack.part(name).pids]),
});
