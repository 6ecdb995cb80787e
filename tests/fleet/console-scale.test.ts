import { expect, onTestFinished, test } from 'vitest';
import { domainKeys } from '../../jobs/keys.ts';
import { duelRuleSet } from '../support/builders.ts';
import { openConsole } from '../support/console-process.ts';
import { openFleet } from '../support/fleet.ts';

const [pools, ticketsEach] = [10_000, 10];

test('100,000 tickets in 10,000 pools are shown by the page, and read once for everybody who looks', {
  timeout: 120_000,
}, async () => {
  const opened = new AsyncDisposableStack();
  onTestFinished(() => opened.disposeAsync());
  const fleet = opened.use(await openFleet());
  const worker = await fleet.startWorker();
  await fleet.install('duel', duelRuleSet);
  worker.send('SIGTERM');
  await worker.ended;
  const keys = domainKeys(fleet.domain);
  for (let from = 0; from < pools; from += 500) {
    const pipeline = fleet.redis.pipeline();
    for (let at = from; at < from + 500; at++) {
      const pool = `duel/p${at}`;
      pipeline.sadd(keys.pools('duel'), pool);
      const entries = Array.from({ length: ticketsEach }, (_, n) => [n, `t${at}-${n}`]).flat();
      pipeline.zadd(keys.pool(pool), ...(entries as [number, string]));
    }
    await pipeline.exec();
  }
  const console_ = opened.use(await openConsole(fleet));

  const before = await commandsOf(fleet);
  const startedAt = performance.now();
  const pages = await Promise.all(
    Array.from({ length: 20 }, async () => (await fetch(`${console_.url}/?format=json`)).json()),
  );
  const ms = performance.now() - startedAt;
  const commands = (await commandsOf(fleet)) - before;

  for (const page of pages)
    expect(page).toMatchObject({ configurations: [{ tickets: pools * ticketsEach, pools }] });
  // Four commands a pool, once.
  expect(commands).toBeLessThan(5 * pools);
  console.log(`20 people saw 100,000 tickets in 10,000 pools after ${Math.round(ms)} ms`);
});

async function commandsOf({ redis }: Awaited<ReturnType<typeof openFleet>>): Promise<number> {
  return Number(/total_commands_processed:(\d+)/.exec(await redis.info('stats'))?.[1]);
}
