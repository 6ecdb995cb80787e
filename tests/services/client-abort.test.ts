import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import type { FleetClient } from '../../producers/client.ts';
import { duel, openClientDomain } from '../support/client-domain.ts';
import { queuesOf } from '../support/client-inside.ts';

let client: FleetClient;
beforeEach(async () => {
  const opened = await openClientDomain();
  onTestFinished(() => opened[Symbol.asyncDispose]());
  ({ client } = opened);
});

const queued = async () =>
  (
    await Promise.all(
      Object.values(queuesOf(client)).map((queue) => queue.getJobs(['waiting', 'prioritized'], 0, -1, true)),
    )
  ).flat();

describe('an abort signal', () => {
  test('aborted before, stops every call of the client, and nothing is queued', async () => {
    const signal = AbortSignal.abort(new Error('nobody waits'));
    const calls = Object.entries(client).filter(
      ([name, it]) => typeof it === 'function' && name !== 'events',
    );

    expect(calls.length).toBeGreaterThan(30);
    for (const [name, call] of calls) {
      // Options follow what the call needs; the signal is looked at before any of that is.
      const { length } = call as { length: number };
      const given = [...Array(length).fill([{}]), { signal }];
      const [outcome] = await Promise.allSettled([Reflect.apply(call as never, client, given)]);
      const outcomes = outcome.status === 'fulfilled' ? outcome.value : [outcome];
      expect(outcomes, name).toEqual([
        { status: 'rejected', reason: expect.objectContaining({ message: 'nobody waits' }) },
      ]);
    }
    for await (const item of client.events({ from: 0, signal })) expect.fail(JSON.stringify(item));
    expect(await queued()).toEqual([]);
  });

  const correction = { result: { matchId: 'm', teams: [{ name: 'a', rank: 1 }] }, reason: 'why' };
  const setting = { name: 'c', ruleSetName: 'r', requestTimeoutSeconds: 1 };
  const ruleSet = {
    name: 'r',
    body: JSON.stringify({
      ...{ name: 'r', ruleLanguageVersion: '1.0' },
      teams: [{ name: 'a', minPlayers: 1, maxPlayers: 1 }],
    }),
  };
  const waits: Record<string, (signal: AbortSignal) => Promise<unknown>> = {
    describeSession: (signal) => client.describeSession('s', { signal }),
    describeMatch: (signal) => client.describeMatch('m', { signal }),
    matchmakerData: (signal) => client.readMatchmakerData('m', { signal }),
    readRecord: (signal) => client.readRecord('players', 'p', { signal }),
    putRuleSet: (signal) => client.putRuleSet(ruleSet, { signal }),
    putConfiguration: (signal) => client.putConfiguration(setting, { signal }),
    putLadder: (signal) => client.putLadder({ name: 'l', settings: {} }, { signal }),
    startSeason: (signal) => client.startSeason({ ladder: 'l', season: 1 }, { signal }),
    correctResult: (signal) => client.correctResult(correction, { signal }),
    rollbackRuleSet: (signal) => client.rollbackRuleSet({ name: 'r' }, { signal }),
    rollbackConfiguration: (signal) => client.rollbackConfiguration({ name: 'c' }, { signal }),
    pauseConfiguration: (signal) => client.pauseConfiguration('c', { signal }),
    resumeConfiguration: (signal) => client.resumeConfiguration('c', { signal }),
  };

  test.each(Object.entries(waits))(
    'aborted while %s waits for a worker, ends the waiting',
    async (_, call) => {
      const waiting = new AbortController();
      const outcome = expect(call(waiting.signal)).rejects.toMatchObject({ name: 'AbortError' });
      await vi.waitFor(async () => expect(await queued(), 'it had asked').not.toEqual([]), {
        timeout: 10_000,
      });
      waiting.abort();
      await outcome;
    },
  );

  test('aborted while a pool is asked why a ticket waits, ends the waiting', async () => {
    await client.startMatchmaking(duel('p', 'searching'));

    const waiting = client.explainTicket('searching', { signal: AbortSignal.timeout(100) });
    await expect(waiting).rejects.toMatchObject({ name: 'TimeoutError' });
  });
});

test('a reader of events ends as soon as it is told to, though it waits for the next one', async () => {
  const leaving = new AbortController();
  await client.startMatchmaking(duel('p'));
  const reading = (async () => {
    for await (const _item of client.events({ signal: leaving.signal })) expect.fail('nothing happens');
  })();
  leaving.abort();

  await reading;
});
