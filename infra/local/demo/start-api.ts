import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type FleetProcess, startProcess } from '../start-process.ts';

const apiMain = fileURLToPath(new URL('../../../producers/api/main.ts', import.meta.url));

/** How long (ms) a worker may take to give the API its keys. */
const patienceMs = 30_000;

export interface DemoApi {
  readonly url: string;
  /** Commands for a shell in which `OPERATOR_KEY` is set: one call of each face. */
  readonly examples: readonly string[];
  readonly stop: FleetProcess['stop'];
}

/** Starts the HTTP API on a free port and waits until it takes `OPERATOR_KEY`. A worker has to be there. */
export async function startApi(env: NodeJS.ProcessEnv): Promise<DemoApi> {
  const { said, stop } = await startProcess('The HTTP API', apiMain, { ...env, API_PORT: '0' });
  const { port, healthPort } = said as { port: number; healthPort: number };
  await isReady(`http://127.0.0.1:${healthPort}/readyz`);
  const url = `http://127.0.0.1:${port}`;
  return { url, examples: examplesAt(url, env['AWS_REGION'] ?? 'us-east-1'), stop };
}

async function isReady(readiness: string): Promise<void> {
  const until = Date.now() + patienceMs;
  for (;;) {
    const answer = await fetch(readiness);
    if (answer.ok) return;
    if (Date.now() > until)
      throw new Error(`The HTTP API is not ready after ${patienceMs / 1_000} s: ${await answer.text()}`);
    await pause(50);
  }
}

/** The key, `name~secret`, is both: a bearer token, and an access key id with its secret. */
const examplesAt = (url: string, region: string): string[] => [
  `curl -H "Authorization: Bearer $OPERATOR_KEY" ${url}/v1/configurations`,
  `AWS_ACCESS_KEY_ID="\${OPERATOR_KEY%%~*}" AWS_SECRET_ACCESS_KEY="\${OPERATOR_KEY#*~}" AWS_SESSION_TOKEN= ` +
    `aws --region ${region} --endpoint-url ${url} gamelift describe-matchmaking-configurations`,
];
