import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { FleetClient } from '../../producers/client.ts';
import { RequestError } from '../../producers/request-error.ts';
import { type ApiProcess, startApi } from '../support/api-process.ts';
import { redisOf } from '../support/client-inside.ts';
import { startPair } from './probes.ts';
import type { PromiseLog } from './promises.ts';

/** How often (ms) two players ask through the API, and how often one looks or tries again. */
const everyMs = 500;
const againMs = 250;

/** A call is given up after this (ms): the process it went to may have been killed. */
const answerMs = 10_000;

export type ApiUnderFault = Awaited<ReturnType<typeof openApiUnderFault>>;

/** The HTTP API in a process that can be killed, with players who ask for matches through it, in pairs. */
export async function openApiUnderFault(
  env: Readonly<Record<string, string | undefined>>,
  client: FleetClient,
  log: PromiseLog,
) {
  let api = await startApi(env);
  let over = false;
  const running = new Set<Promise<void>>();
  const redis = redisOf(client);

  async function startThroughApi(tickets: readonly object[]): Promise<void> {
    const response = await fetch(`${api.url}/v1/matchmaking/batch`, {
      method: 'POST',
      headers: { authorization: `Bearer ${env['OPERATOR_KEY']}` },
      body: JSON.stringify({ tickets }),
      signal: AbortSignal.timeout(answerMs),
    }).catch((error: unknown) => {
      throw new RequestError('unavailable', 'the API did not answer', { cause: error, outcome: 'unknown' });
    });
    if (response.status === 401) throw new RequestError('not-allowed', 'the API does not know the key yet');
    const answer = await response.text();
    const statuses = [...answer.matchAll(/"status":(\d+)/g)].map(([, status]) => Number(status));
    if (!response.ok || statuses.some((status) => status >= 400))
      throw new RequestError('unavailable', `the API answered ${response.status}: ${answer}`, {
        outcome: 'unknown',
      });
    // What a replica confirms is this connection's latest write, and so all that the API wrote before it.
    await redis.set('faults:confirmed', answer, 'EX', 60);
  }

  async function play(): Promise<void> {
    for (let tries = 0; !over || tries === 0; tries++, await pause(againMs)) {
      const ticketIds = [randomUUID(), randomUUID()];
      if (await startPair(client, log, ticketIds, startThroughApi)) return ended(ticketIds);
    }
  }

  async function ended(ticketIds: readonly string[]): Promise<void> {
    for (;;) {
      const tickets = await client.describeMatchmaking(ticketIds).catch(() => []);
      if (tickets.length === 2 && tickets.every((ticket) => ticket.endTime !== undefined)) return;
      await pause(againMs);
    }
  }

  const timer = setInterval(() => {
    const turn = play().finally(() => running.delete(turn));
    running.add(turn);
  }, everyMs);

  /** Another process where the first one was: it may start into whatever is broken at the moment. */
  async function startAgain(): Promise<ApiProcess> {
    for (;;) {
      const started = await startApi({ ...env, API_PORT: String(api.port) }).catch(() => undefined);
      if (started) return started;
      await pause(againMs);
    }
  }

  return {
    /** Kills it in the middle of calls, and starts another. */
    async kill(): Promise<void> {
      await api[Symbol.asyncDispose]();
      api = await startAgain();
    },
    /** Nobody asks any more; resolves when the last ticket that was promised has ended. */
    async stop(): Promise<void> {
      clearInterval(timer);
      over = true;
      await Promise.all(running);
    },
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      over = true;
      await api[Symbol.asyncDispose]();
    },
  };
}
