import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { brokenInvariants } from '../support/invariants.ts';
import { deathOf, everyDeath, mortal } from '../support/mortal.ts';
import { place, status } from '../support/placement-service.ts';
import { openPlacementSteps } from '../support/placement-steps.ts';

let steps: Awaited<ReturnType<typeof openPlacementSteps>>;

beforeEach(async () => {
  steps = await openPlacementSteps();
  onTestFinished(() => steps[Symbol.asyncDispose]());
});

test('a placed match has one effect wherever a worker died on the way, however often it was asked for (invariants 4, 9)', async () => {
  let n = 0;
  const calls = await everyDeath(async (death) => {
    const [match, a, b] = [`m${++n}`, `a${n}`, `b${n}`];
    await steps.decide(match, true, a, b);
    const died = await deathOf(steps.start([match], mortal(steps.worker(), death)));
    await steps.start([match]);
    expect((await steps.documents('matches')).filter((it) => String(it._id) === match)).toMatchObject([
      { status: 'COMPLETED', game_session: { port: 7_777 } },
    ]);
    expect([await steps.described(a), await steps.described(b)]).toMatchObject([
      { status: 'COMPLETED', gameSessionConnectionInfo: { port: 7_777 } },
      { status: 'COMPLETED' },
    ]);
    const asked = steps.service.requests.filter((it) => it.idempotencyKey === match);
    expect(asked.length).toBeLessThanOrEqual(2);
    expect(await steps.fleet.redis.hlen(steps.key('outbox-placement'))).toBe(0);
    expect(await brokenInvariants(steps.fleet)).toEqual([]);
    return died;
  });

  expect(calls).toEqual(expect.arrayContaining(['webhook.ask', 'pool.place', 'pool.settle']));
});

test('a match that was refused a place stays failed wherever a worker died on the way, though it would be placed now (invariants 1, 4)', async () => {
  let n = 0;
  await everyDeath(async (death) => {
    const [match, a, b] = [`m${++n}`, `a${n}`, `b${n}`];
    await steps.decide(match, true, a, b);
    steps.service.answerWith(status(409));
    const died = await deathOf(steps.start([match], mortal(steps.worker(), death)));
    const noted = (await steps.fleet.stores.pool.matches.placements([match]))[0]?.outcome !== undefined;
    const settled = !(await steps.fleet.redis.hexists(steps.key('outbox'), match));
    steps.service.answerWith(place);
    await steps.start([match]);
    const expected = noted || settled ? 'FAILED' : 'COMPLETED';
    expect((await steps.documents('matches')).filter((it) => String(it._id) === match)).toMatchObject([
      { status: expected },
    ]);
    expect([await steps.described(a), await steps.described(b)]).toMatchObject([
      { status: expected },
      { status: expected },
    ]);
    expect((await steps.tickets()).filter((it) => it.match_id === match).map((it) => it.status)).toEqual([
      expected,
      expected,
    ]);
    expect(await brokenInvariants(steps.fleet)).toEqual([]);
    return died;
  });
});
