import { randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startStack } from '../../infra/local/stack.ts';
import { defaultSettings } from '../../jobs/rating-update/ladder.ts';
import type { MatchResult } from '../../jobs/rating-update/result.ts';
import { openClient } from '../../producers/client.ts';
import { type Database, openDatabase, prepareDatabase } from '../../workers/records/database.ts';
import { openMatches } from '../../workers/records/matches.ts';
import { rateInOrder } from '../support/rate-in-order.ts';
import { startWorker } from '../support/worker-processes.ts';
import { median } from './median.ts';
import { type BenchMatch, inBatches, makeMatches, measureBare } from './rating-documents.ts';
import { wholeNumber } from './whole-number.ts';

export const usage = `Ratings per second through the real queue, a worker and DocumentDB, against bare ordered inserts of the same documents.

  npm run bench -- rating-update [--matches N] [--players N] [--rounds N] [--workers N[,N]] [--json]

  --matches N   5 against 5 matches rated per round, in batches and as many again one by one (default 2000)
  --players N   whom they are drawn from (default 5000): the fewer, the more often two workers' matches share one
  --rounds N    each measures all three in turn; the medians count (default 3)
  --workers N[,N]  worker processes, one run for each number (default 1)`;

/** Rates per second: matches. */
interface Round {
  readonly batched: number;
  readonly single: number;
  readonly bare: number;
}

export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      matches: { type: 'string', default: '2000' },
      players: { type: 'string', default: '5000' },
      rounds: { type: 'string', default: '3' },
      workers: { type: 'string', default: '1' },
      json: { type: 'boolean', default: false },
    },
  });
  const matches = wholeNumber('--matches', values.matches);
  const players = wholeNumber('--players', values.players);
  const rounds = wholeNumber('--rounds', values.rounds);
  const workers = values.workers.split(',').map((it) => wholeNumber('--workers', it));
  const maths = measureMaths(players);
  await using stack = await startStack({
    env: process.env,
    parts: ['queueRedis', 'cacheRedis', 'documentdb'],
    progress: (line) => process.stderr.write(`stack: ${line}\n`),
  });
  const measured = new Map<number, Round[]>(workers.map((count) => [count, []]));
  for (let round = 0; round < rounds; round++)
    for (const [count, own] of measured) {
      own.push(await measure(stack.env, matches, players, count));
      process.stderr.write(`round ${round + 1}, ${count} workers: ${JSON.stringify(own.at(-1))}\n`);
    }
  const report = {
    byWorkers: Object.fromEntries([...measured].map(([count, own]) => [count, reportOf(own)])),
    mathsAlone: maths,
    targets: { ratioTogether: 0.5, mathsAlone: 20_000 },
    machine: { cores: availableParallelism(), node: process.version },
  };
  if (values.json) console.log(JSON.stringify(report));
  else console.dir(report, { depth: 4 });
}

/** Matches a second, medians. */
function reportOf(rounds: readonly Round[]) {
  const middle = (of: (round: Round) => number) => median(rounds.map(of));
  return {
    together: middle((it) => it.batched),
    oneByOne: middle((it) => it.single),
    bareInserts: middle((it) => it.bare),
    ratioTogether: Number(middle((it) => it.batched / it.bare).toFixed(3)),
    ratioOneByOne: Number(middle((it) => it.single / it.bare).toFixed(3)),
  };
}

/** Workers, one lane of bare writes, each on a database of its own. */
async function measure(
  env: Readonly<Record<string, string>>,
  count: number,
  players: number,
  workerCount: number,
): Promise<Round> {
  const name = randomBytes(4).toString('hex');
  const all = makeMatches(2 * count, players);
  await using databases = new AsyncDisposableStack();
  const open = async (suffix: string): Promise<Database> => {
    const database = await openDatabase(env['DOCUMENTDB_URI'] ?? '', `bench_${name}_${suffix}`);
    databases.defer(async () => {
      await database.db.dropDatabase();
      await database.close();
    });
    await prepareDatabase(database.db);
    for (const batch of inBatches(all, 500))
      await openMatches(database.db).create(
        batch.map(({ match }) => ({ match, status: 'COMPLETED' as const })),
        new Date(),
      );
    return database;
  };
  const [fleet, bare] = [await open('fleet'), await open('bare')];
  const domain = `bench-${name}`;
  await using client = await openClient({ redisUrl: env['QUEUE_REDIS_URL'] ?? '', domain });
  await using workers = new AsyncDisposableStack();
  for (let n = 0; n < workerCount; n++)
    workers.use(
      await startWorker({
        ...process.env,
        ...env,
        DOMAIN: domain,
        DOCUMENTDB_DATABASE: fleet.db.databaseName,
        QUEUES: 'rating-update',
        LOG_LEVEL: 'warn',
      }),
    );
  let total = 0;
  const report = async (
    matches: readonly BenchMatch[],
    send: (results: MatchResult[]) => Promise<unknown>,
  ) => {
    const start = performance.now();
    await send(matches.map((it) => it.result));
    total += matches.length;
    await allRated(fleet, total);
    return perSecond(matches.length, start);
  };
  const batched = await report(all.slice(0, count), (results) => client.reportMatchResults(results));
  const single = await report(all.slice(count), (results) => addOneByOne(client, results));
  return { batched, single, bare: await measureBare(bare, all.slice(0, count)) };
}

/** A job per result: the client would join them. */
async function addOneByOne(
  { queues }: Awaited<ReturnType<typeof openClient>>,
  results: readonly MatchResult[],
) {
  const kind = 'update-ratings';
  const actor = { kind: 'service', name: 'bench' };
  for (const some of inBatches(results, 200))
    await queues['rating-update'].addBulk(
      some.map((result) => ({ name: kind, data: { kind, items: [result], actor, sentAt: Date.now() } })),
    );
}

/** Each is in the chain, and its players are written. */
async function allRated({ db }: Database, count: number): Promise<void> {
  const ladders = db.collection<{ _id: string; flushed: number }>('ladders');
  while (((await ladders.findOne({ _id: 'default' }))?.flushed ?? 0) < count) await pause(20);
}

/** Matches a second that the rating code alone does, the best of five runs. */
function measureMaths(players: number): number {
  const matches = makeMatches(5_000, players).map((it) => it.played);
  const runs = Array.from({ length: 5 }, () => {
    const start = performance.now();
    rateInOrder(matches, () => undefined, { season: 0, settings: defaultSettings });
    return perSecond(matches.length, start);
  });
  return Math.max(...runs);
}

const perSecond = (count: number, start: number) => Math.round((count / (performance.now() - start)) * 1_000);
