import { fileURLToPath } from 'node:url';
import type { Part } from './part.ts';
import type { Run } from './run.ts';
import { partOf, startServer } from './server.ts';

const program = fileURLToPath(new URL('xray-sink/main.ts', import.meta.url));

/**
 * The stand-in for the X-Ray daemon, forwarding to `awsUrl`. Its environment carries credentials and region.
 */
export async function startXrayDaemon(run: Run, awsUrl: string, env: NodeJS.ProcessEnv): Promise<Part> {
  const server = await startServer(run, {
    name: 'xray-sink',
    ipc: true,
    ready: 'message',
    env: () => env,
    command: (port) => [process.execPath, program, '--port', `${port}`, '--endpoint', awsUrl],
  });
  return partOf(server, `127.0.0.1:${server.port}`);
}
