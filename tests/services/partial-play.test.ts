import { pino } from 'pino';
import { expect, onTestFinished, test, vi } from 'vitest';
import { rateLadder } from '../../jobs/rating-update/jobs.ts';
import { openClient } from '../../producers/client.ts';
import { rateLadders } from '../../workers/rating-update/rate-ladder.ts';
import { ratingOn } from '../../workers/records/players.ts';
import { openQueues } from '../../workers/runtime/enqueue.ts';
import { duty } from '../../workers/runtime/handler.ts';
import { runQueue } from '../../workers/runtime/run.ts';
import { wakeLadder } from '../../workers/runtime/wake-ladder.ts';
import { noTracer } from '../../workers/telemetry/tracer.ts';
import { openFleetStores } from '../support/fleet-stores.ts';
import { play, wins } from '../support/played.ts';

/** All stores, a client to report to, and a worker that rates. */
async function openRating() {
  const fleet = await openFleetStores();
  onTestFinished(() => fleet[Symbol.asyncDispose]());
  const { domain, redis, stores } = fleet;
  const queues = openQueues(redis, domain, noTracer, () => undefined);
  onTestFinished(() => queues.close());
  const running = runQueue({
    redis,
    domain,
    queue: queues.queues['rating-update'],
    duties: [
      duty(
        rateLadder,
        rateLadders({
          ...stores,
          wake: wakeLadder(queues),
          onRated: () => undefined,
          onRefused: () => undefined,
          onPlayerRefused: () => undefined,
        }),
      ),
    ],
    concurrency: 1,
    name: 'rater',
    tracer: noTracer,
    log: pino({ level: 'silent' }),
    onEnd: () => undefined,
    onFailed: () => undefined,
    onLoginRefused: () => undefined,
  });
  onTestFinished(() => running.stop(0));
  const redisUrl = `redis://${redis.options.host}:${redis.options.port}`;
  const client = await openClient({ redisUrl, domain });
  onTestFinished(() => client[Symbol.asyncDispose]());
  return { fleet, stores, client };
}

test('shares of players whose ids and ladder every object has as fields are rated as any others (invariant 5)', async () => {
  const { fleet, stores, client } = await openRating();
  /** What a match does to its players when the second one plays half of it. */
  const ratedOn = async (ladder: string, [red, blue]: readonly [string, string]) => {
    const matchId = `match-${ladder}-${blue}`;
    await play(stores, ladder, [{ matchId, red, blue, at: 1_000 }]);
    // As JSON has it, `__proto__` is a field like any other.
    await client.reportMatchResult({ ...wins('red', matchId), played: JSON.parse(`{"${blue}":0.5}`) });
    return vi.waitFor(
      async () => {
        const players = await stores.players.find([red, blue]);
        const ratings = [red, blue].map((id) => ratingOn(players.get(id), ladder));
        expect(ratings).not.toContain(undefined);
        return ratings;
      },
      { timeout: 15_000, interval: 20 },
    );
  };
  const ordinary = await ratedOn('main', ['ann', 'bob']);

  expect(await ratedOn('constructor', ['hasOwnProperty', 'toString'])).toEqual(ordinary);
  expect(await ratedOn('valueOf', ['constructor', '__proto__'])).toEqual(ordinary);
  expect(await ratedOn('other', ['$where', 'a.b'])).toEqual(ordinary);
  expect(ordinary[1]?.mu).toBeLessThan(25);
  const numbers = await fleet.db.collection('rating_changes').find().toArray();
  expect(numbers).toHaveLength(4);
  expect(JSON.stringify(numbers)).not.toContain('null');
});
