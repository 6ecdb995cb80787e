import { readFileSync } from 'node:fs';
import { type GameLiftClient, StartMatchmakingCommand } from '@aws-sdk/client-gamelift';
import { expect, test } from 'vitest';
import { chance } from '../../infra/local/demo/random.ts';
import { operations } from '../../producers/api/gamelift/operations.ts';
import { type ApiRequest, apiRequest, fuzzedOperations } from '../fuzz/api-requests.ts';
import { makeKey } from '../support/api-process.ts';
import { duelRuleSet } from '../support/builders.ts';
import { openFleet } from '../support/fleet.ts';
import { gameLiftClients } from '../support/gamelift-clients.ts';
import { openApi } from '../support/open-api.ts';
import { keysSecret } from '../support/operator.ts';

/** In a run of the suite; 100,000 were sent by `FUZZED_REQUESTS=100000`. */
const requests = Number(process.env['FUZZED_REQUESTS'] ?? 2_000);
const seed = Number(process.env['FUZZ_SEED'] ?? 1);
const atOnce = 16;

const residentMiB = (pid: number): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1_024;

test('every operation of the GameLift face is among those that are fuzzed', () => {
  expect(new Set(fuzzedOperations)).toEqual(new Set(operations.keys()));
});

test(`after ${requests} damaged requests to both faces each had an answer in its face's form, and the API serves on (seed ${seed})`, {
  timeout: 60_000 + requests * 60,
}, async () => {
  await using fleet = await openFleet();
  await fleet.startWorker({ API_KEYS_SECRET: keysSecret, LOG_LEVEL: 'silent' });
  await fleet.install('duel', duelRuleSet);
  const key = await makeKey(fleet.client, 'fuzz', ['matchmake', 'report', 'configure', 'read']);
  await using api = await openApi(fleet, { REQUESTS_PER_KEY: '1000000', LOG_LEVEL: 'silent' });
  const statuses = new Map<number, number>();
  const unexpected: string[] = [];

  const send = async (n: number) => {
    const request = await apiRequest(chance(seed + n), key);
    const what = await oddity(api.url, request, statuses).catch((error: unknown) => String(error));
    if (what) unexpected.push(`seed ${seed + n}: ${request.method} ${request.path.slice(0, 80)}: ${what}`);
  };
  let next = 0;
  const before = residentMiB(api.pid);
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      while (next < requests) await send(next++);
    }),
  );

  expect(unexpected.slice(0, 10)).toEqual([]);
  expect([...statuses.keys()], 'some were good').toContain(200);
  expect((await fetch(new URL('/healthz', api.healthUrl))).status).toBe(200);
  await fleet.install('calm', duelRuleSet);
  const started = await Promise.all([
    ...Object.entries(gameLiftClients).map(([name, open]) => startBySdk(open(api.url, key), fleet.own(name))),
    startByRest(api.url, key.token, fleet.own('rest')),
  ]);
  expect(started.sort()).toEqual(['CBOR', 'JSON', 'rest'].map(fleet.own).sort());
  expect(residentMiB(api.pid) - before, 'MiB that the API grew by').toBeLessThan(300);
  console.log(`API fuzz: ${JSON.stringify(Object.fromEntries(statuses))}`);
});

/** What is wrong with the answer: nothing, where it is done, or an error told as its face tells errors. */
async function oddity(url: string, request: ApiRequest, statuses: Map<number, number>) {
  const { method, path, headers, body } = request;
  const answer = await fetch(`${url}${path}`, {
    method,
    headers,
    ...(body && { body: new Uint8Array(body) }),
  });
  statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
  // A stream of events has no end.
  if (answer.headers.get('content-type')?.startsWith('text/event-stream')) {
    await answer.body?.cancel();
    return;
  }
  const bytes = Buffer.from(await answer.arrayBuffer());
  if (answer.status < 400) return;
  if (answer.status >= 500 && !(answer.status === 503 && answer.headers.has('retry-after')))
    return `${answer.status} ${bytes.toString().slice(0, 200)}`;
  if (!request.isError(bytes)) return `no error in its face's form: ${bytes.toString().slice(0, 200)}`;
  return;
}

/** Starts a ticket of that name and player, as somebody who means well does; returns the ticket's id. */
async function startBySdk(client: GameLiftClient, name: string): Promise<string | undefined> {
  const Players = [{ PlayerId: name, PlayerAttributes: { skill: { N: 1 } } }];
  const start = new StartMatchmakingCommand({ TicketId: name, ConfigurationName: 'calm', Players });
  const { MatchmakingTicket } = await client.send(start);
  client.destroy();
  return MatchmakingTicket?.TicketId;
}

async function startByRest(url: string, token: string, name: string): Promise<string | undefined> {
  const players = [{ playerId: name, attributes: { skill: { N: 1 } } }];
  const answer = await fetch(`${url}/v1/matchmaking`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ ticketId: name, configuration: 'calm', players }),
  });
  return ((await answer.json()) as { ticketId?: string }).ticketId;
}
