import { execFile } from 'node:child_process';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, onTestFinished, test, vi } from 'vitest';
import { makeKey } from '../support/api-process.ts';
import { duelRuleSet } from '../support/builders.ts';
import { openFleet } from '../support/fleet.ts';
import { openApi } from '../support/open-api.ts';
import { keysSecret } from '../support/operator.ts';

const run = promisify(execFile);
const modules = fileURLToPath(new URL('../../node_modules', import.meta.url));

/**
 * How a game backend uses the client. Lines marked as errors are, since the client knows what requests and
 * answers look like.
 */
const usage = `
import * as api from './client.ts';

const [baseUrl = '', key = ''] = process.argv.slice(2);
Object.assign(api.defaults, { baseUrl, headers: { authorization: \`Bearer \${key}\` } });
const started = await api.startMatchmaking({ configuration: 'typed', players: [{ playerId: 'ann', attributes: { skill: { N: 3 } } }] });
if (!('ticketId' in started.data)) throw new Error(started.data.detail);
const described = await api.describeMatchmaking(started.data.ticketId);
if (!('players' in described.data)) throw new Error(described.data.detail);
const status: 'SEARCHING' | 'REQUIRES_ACCEPTANCE' | 'PLACING' | 'COMPLETED' | 'FAILED' | 'CANCELLED' | 'TIMED_OUT' = described.data.status;
const ladders = await api.listLadders();
if (!('items' in ladders.data)) throw new Error(ladders.data.detail);
console.log(JSON.stringify({ status, players: described.data.players, ladders: ladders.data.items.map((it) => it.name) }));
export function wrong() {
  // @ts-expect-error a ticket has a configuration
  void api.startMatchmaking({ players: [] });
  // @ts-expect-error nobody plays a number
  void api.startMatchmaking({ configuration: 7, players: [] });
  // @ts-expect-error there is no such status
  const never: typeof status = 'QUEUED';
  return never;
}
`;

test('a TypeScript client generated from the OpenAPI document is type-checked, and calls the API', {
  timeout: 180_000,
}, async () => {
  await using fleet = await openFleet();
  await fleet.startWorker({ API_KEYS_SECRET: keysSecret });
  const { token } = await makeKey(fleet.client, 'typed', ['matchmake', 'read']);
  await fleet.install('typed', duelRuleSet);
  await using api = await openApi(fleet);
  await vi.waitFor(async () => expect((await fetch(`${api.healthUrl}/readyz`)).status).toBe(200), {
    timeout: 20_000,
  });
  const folder = await mkdtemp(join(tmpdir(), 'api-client-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = (name: string) => join(folder, name);
  const openapi = await (await fetch(`${api.url}/v1/openapi.json`)).text();
  await symlink(modules, file('node_modules'));
  await writeFile(file('package.json'), '{"type":"module"}');
  await writeFile(file('openapi.json'), openapi);
  await writeFile(file('usage.ts'), usage);

  await run(join(modules, '.bin/oazapfts'), [file('openapi.json'), file('client.ts')]);

  const options = [
    '--ignoreConfig',
    '--strict',
    '--noEmit',
    '--module',
    'nodenext',
    '--target',
    'es2024',
    '--types',
    'node',
  ];
  const checked = run(join(modules, '.bin/tsc'), [
    ...options,
    '--allowImportingTsExtensions',
    '--skipLibCheck',
    file('usage.ts'),
  ]);
  expect(await checked.catch((error: { stdout: string }) => error)).toMatchObject({ stdout: '' });
  const { stdout } = await run(process.execPath, [file('usage.ts'), api.url, token]);
  expect(JSON.parse(stdout)).toMatchObject({
    status: 'SEARCHING',
    players: [{ playerId: 'ann', attributes: { skill: { N: 3 } } }],
    ladders: ['default'],
  });
});
