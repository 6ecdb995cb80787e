import { createRequire } from 'node:module';
import { type Part, type Progress, partElsewhere } from './part.ts';
import { makePlayers } from './players.ts';
import type { Run } from './run.ts';
import { partOf, startServer } from './server.ts';

const require = createRequire(import.meta.url);

/** What cognito-local sends to everybody who signs up: it has no mailbox to look into. */
const confirmationCode = '123456';

/**
 * Cognito is an npm package everywhere. It keeps the players' pool, which is made here, in `.cognito` of the
 * run folder, so it has the same pool and players after a restart.
 */
export async function startCognito(run: Run, env: NodeJS.ProcessEnv, progress: Progress): Promise<Part> {
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
  const part = partOf(server, `http://127.0.0.1:${server.port}`);
  const variables = { ...(await makePlayers(part.url)), CODE_FROM_MAIL: confirmationCode };
  progress(`Cognito sends no mail here: the code of every mail is ${confirmationCode} (CODE_FROM_MAIL)`);
  // Not spread into a new object: `pids` is a getter.
  return Object.assign(part, { variables });
}

/**
 * A Cognito elsewhere belongs to somebody else: nothing is made there. Its pool and client are in the same
 * environment as its address, and so is the code if it sends no mail.
 */
export function cognitoElsewhere(url: string, env: NodeJS.ProcessEnv, progress: Progress): Part {
  const { USER_POOL_ID, USER_POOL_CLIENT_ID, CODE_FROM_MAIL } = env;
  if (!USER_POOL_ID || !USER_POOL_CLIENT_ID)
    progress(
      'COGNITO_ENDPOINT is set: set USER_POOL_ID and USER_POOL_CLIENT_ID too, or no player can sign in',
    );
  const variables = {
    ...(USER_POOL_ID && { USER_POOL_ID }),
    ...(USER_POOL_CLIENT_ID && { USER_POOL_CLIENT_ID }),
    ...(CODE_FROM_MAIL && { CODE_FROM_MAIL }),
  };
  return { ...partElsewhere('COGNITO_ENDPOINT', url), variables };
}
