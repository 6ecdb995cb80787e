import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { queuePrefix, replyKey } from '../../jobs/keys.ts';
import { openCalls } from '../../producers/call.ts';
import { type FleetClient, openClient } from '../../producers/client.ts';
import { at, RequestError } from '../../producers/request-error.ts';
import { duel, openClientDomain, redisUrl } from '../support/client-domain.ts';
import { openProxy } from '../support/tcp-proxy.ts';

let domain: Awaited<ReturnType<typeof openClientDomain>>['domain'];
let client: FleetClient;

beforeEach(async () => {
  const opened = await openClientDomain();
  onTestFinished(() => opened[Symbol.asyncDispose]());
  ({ domain, client } = opened);
});

const me = { actor: { kind: 'player', playerId: 'me' } } as const;

/** What a caller is told of a call that fails. */
async function failureOf(call: Promise<unknown>) {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof RequestError)) throw error;
  return error;
}

/** Answers the next job of a ladder as a worker would. */
async function answer(reply: object): Promise<void> {
  const prefix = queuePrefix(domain.domain, 'rating-update');
  const id = await vi.waitFor(async () => {
    const [found] = await domain.redis.lrange(`${prefix}:rating-update:wait`, 0, 0);
    if (found === undefined) throw new Error('no job waits');
    return found;
  });
  await domain.redis.set(replyKey(domain.domain, 'rating-update', id), JSON.stringify(reply));
}

describe('an error says what is wrong, where, and whether anything was done', () => {
  test('invalid-request: every field by its path', async () => {
    const players = [{ playerId: '' }, { playerId: 'b', attributes: { skill: { N: 'high' } } }];
    const failure = await failureOf(client.startMatchmaking({ configuration: 'duel', players } as never));

    expect(failure).toMatchObject({ code: 'invalid-request', outcome: 'not-done' });
    expect(failure.problems.map((it) => it.path)).toEqual([
      'players[0].playerId',
      'players[1].attributes.skill',
    ]);
    expect(failure.message).toBe(failure.problems.map((it) => `${it.path}: ${it.message}`).join('; '));
  });

  test('not-found, not-allowed and conflict: the field that names what is not there, or may not be', async () => {
    await client.startMatchmaking(duel('a', 'taken'));

    expect(await failureOf(client.startMatchmaking({ ...duel('b'), configuration: 'none' }))).toMatchObject({
      code: 'not-found',
      problems: [{ path: 'configuration', message: 'none does not exist' }],
      outcome: 'not-done',
    });
    expect(await failureOf(client.startMatchmaking(duel('you'), me))).toMatchObject({
      code: 'not-allowed',
      problems: [{ path: 'players' }],
      outcome: 'not-done',
    });
    expect(await failureOf(client.startMatchmaking(duel('b', 'taken')))).toMatchObject({
      code: 'conflict',
      problems: [{ path: 'ticketId' }],
      outcome: 'not-done',
    });
  });

  test('refused: what a worker said of a field', async () => {
    const [failure] = await Promise.all([
      failureOf(client.setRating({ ladder: 'default', playerId: 'p', rating: 1_500, reason: 'a test' })),
      answer({ refused: 'playerId: p was erased' }),
    ]);

    expect(failure).toMatchObject({
      code: 'refused',
      message: 'playerId: p was erased',
      problems: [{ path: 'playerId', message: 'p was erased' }],
      outcome: 'not-done',
    });
  });

  test('unavailable: unknown once something was sent and no answer came, else not done', async () => {
    const proxy = await openProxy(redisUrl(), 'lost');
    onTestFinished(() => proxy.cut());
    const url = `redis://127.0.0.1:${proxy.port}`;
    const behind = await openClient({ redisUrl: url, domain: domain.domain });
    onTestFinished(() => behind[Symbol.asyncDispose]());
    await behind.startMatchmaking(duel('known'));

    const lost = await failureOf(behind.startMatchmaking(duel('lost')));
    expect(lost).toMatchObject({ code: 'unavailable', problems: [], outcome: 'unknown' });
    await proxy.cut();
    const away = await failureOf(behind.startMatchmaking(duel('away')));
    expect(away).toMatchObject({ code: 'unavailable', problems: [], outcome: 'not-done' });
  });

  test('unknown for every code, once a call has changed something', async () => {
    const call = openCalls(
      { kind: 'service', name: 's' },
      async () => undefined,
      () => 'away',
    );
    const failing = call('endSession', {}, async ({ begun }) => {
      begun();
      throw new RequestError('refused', at('playerId', 'p was erased'));
    });

    expect(await failureOf(failing)).toMatchObject({
      code: 'refused',
      problems: [{ path: 'playerId', message: 'p was erased' }],
      outcome: 'unknown',
    });
  });
});
