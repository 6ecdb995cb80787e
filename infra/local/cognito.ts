import { createRequire } from 'node:module';
import type { Part } from './part.ts';
import type { Run } from './run.ts';
import { partOf, startServer } from './server.ts';

const require = createRequire(import.meta.url);

/** What cognito-local sends to everybody who signs up: it has no mailbox to look into. */
export const confirmationCode = '123456';

/** Cognito is an npm package everywhere. It keeps its pools in `.cognito` of the run folder. */
export async function startCognito(run: Run, env: NodeJS.ProcessEnv): Promise<Part> {
  const program = require.resolve('cognito-local/lib/bin/start.js');
  const server = await startServer(run, {
    name: 'cognito',
    ipc: true,
    ready: /Cognito Local running on/,
    env: (port) => ({ ...env, CI: '1', HOST: '127.0.0.1', PORT: `${port}`, CODE: confirmationCode }),
    command: () => [
      process.execPath,
      '--import',
      new URL('end-with-parent.ts', import.meta.url).href,
      program,
    ],
  });
  return partOf(server, `http://127.0.0.1:${server.port}`);
}
