import { randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startStack } from '../../infra/local/stack.ts';
import { domainKeys } from '../../jobs/keys.ts';
import { defaultSettings } from '../../jobs/ladder/ladder.ts';
import type { MatchResult } from '../../jobs/ladder/result.ts';
import type { FleetClient } from '../../producers/client.ts';
import { openRedis } from '../../workers/process/redis.ts';
import { type Database, openDatabase, prepareDatabase } from '../../workers/records/database.ts';
import { openMatches } from '../../workers/records/matches.ts';
import { openClient, queuesOf } from '../support/client-inside.ts';
import { rateInOrder } from '../support/rate-in-order.ts';
import { startWorker } from '../support/worker-processes.ts';
import { median } from './median.ts';
import { type BenchMatch, inBatches, ladderNames, makeMatches, measureBare } from './rating-documents.ts';
import { wholeNumber } from './whole-number.ts';

export const usage = `Ratings per second through the real queue, workers and DocumentDB, against bare ordered inserts of the same documents.

  npm run bench -- rating-update [--matches N] [--players N] [--rounds N] [--workers N[,N]] [--ladders N[,N]] [--json]

  --matches N      5 against 5 matches rated per round, in batches and as many again one by one (default 2000)
  --players N      whom they are drawn from (default 5000)
  --rounds N       each measures every case in turn; the medians count (default 3)
  --workers N[,N]  worker processes; a case for each number (default 1)
  --ladders N[,N]  ladders that the matches are on in turn; a case for each number (default 1,4)`;

/** Rates per second: matches. */
interface Round {
  readonly batched: number;
  readonly single: number;
  readonly bare: number;
}

/** So many workers rate matches of so many ladders. */
interface Case {
  readonly ladders: number;
  readonly workers: number;
  readonly rounds: Round[];
}

export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      matches: { type: 'string', default: '2000' },
      players: { type: 'string', default: '5000' },
      rounds: { type: 'string', default: '3' },
      workers: { type: 'string', default: '1' },
      ladders: { type: 'string', default: '1,4' },
      json: { type: 'boolean', default: false },
    },
  });
  const matches = wholeNumber('--matches', values.matches);
  const players = wholeNumber('--players', values.players);
  const rounds = wholeNumber('--rounds', values.rounds);
  const numbers = (option: 'workers' | 'ladders') =>
    values[option].split(',').map((it) => wholeNumber(`--${option}`, it));
  const cases = numbers('ladders').flatMap((ladders) =>
    numbers('workers').map((workers): Case => ({ ladders, workers, rounds: [] })),
  );
  const maths = measureMaths(players);
  await using stack = await startStack({
    env: process.env,
    parts: ['queueRedis', 'cacheRedis', 'documentdb'],
    progress: (line) => process.stderr.write(`stack: ${line}\n`),
  });
  for (let round = 0; round < rounds; round++)
    for (const one of cases) {
      const measured = await measure(stack.env, matches, players, one);
      one.rounds.push(measured);
      process.stderr.write(
        `round ${round + 1}, ladders ${one.ladders}, workers ${one.workers}: ${JSON.stringify(measured)}\n`,
      );
    }
  const report = {
    cases: cases.map(reportOf),
    mathsAlone: maths,
    targets: { ratioTogether: 0.5, mathsAlone: 20_000 },
    machine: { cores: availableParallelism(), node: process.version },
  };
  if (values.json) return console.log(JSON.stringify(report));
  console.table(report.cases);
  console.log(`Targets: ratio together at least 0.5 on one ladder, and never fewer matches a second with more workers.
The rating code alone: ${maths} matches a second (target 20000). ${report.machine.cores} cores, Node ${process.version}.`);
}

/** Matches a second, medians, and the two ratios to bare inserts of the same round. */
function reportOf({ ladders, workers, rounds }: Case) {
  const middle = (of: (round: Round) => number) => median(rounds.map(of));
  return {
    ladders,
    workers,
    together: middle((it) => it.batched),
    oneByOne: middle((it) => it.single),
    bareInserts: middle((it) => it.bare),
    ratioTogether: Number(middle((it) => it.batched / it.bare).toFixed(3)),
    ratioOneByOne: Number(middle((it) => it.single / it.bare).toFixed(3)),
  };
}

/** Workers, then bare writes, each on a database of its own. */
async function measure(
  env: Readonly<Record<string, string>>,
  count: number,
  players: number,
  { ladders, workers: workerCount }: Case,
): Promise<Round> {
  const name = randomBytes(4).toString('hex');
  const all = makeMatches(2 * count, players, ladders);
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
  await openLives(env['QUEUE_REDIS_URL'] ?? '', domain, all);
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
    await allRated(fleet, ladderNames(ladders), total);
    return perSecond(matches.length, start);
  };
  const batched = await report(all.slice(0, count), (results) => client.reportMatchResultAll(results));
  const single = await report(all.slice(count), (results) => addOneByOne(client, results));
  return { batched, single, bare: await measureBare(bare, all.slice(0, count)) };
}

/** A job per result: the client would join them. */
async function addOneByOne(client: FleetClient, results: readonly MatchResult[]) {
  const kind = 'update-ratings';
  const actor = { kind: 'service', name: 'bench' };
  for (const some of inBatches(results, 200))
    await queuesOf(client)['rating-update'].addBulk(
      some.map((result) => ({ name: kind, data: { kind, items: [result], actor, sentAt: Date.now() } })),
    );
}

/** The queue knows the matches as live, so that it knows their ladders. */
async function openLives(redisUrl: string, domain: string, all: readonly BenchMatch[]): Promise<void> {
  const redis = openRedis(redisUrl, () => undefined);
  const keys = domainKeys(domain);
  for (const ladder of new Set(all.map(({ match }) => match.ladder)))
    await redis.hset(keys.configuration(ladder), { ladder });
  for (const batch of inBatches(all, 500)) {
    const writes = redis.pipeline();
    for (const { match } of batch)
      writes
        .hset(keys.live(match.matchId), { configuration: match.ladder, pool: match.ladder })
        .zadd(keys.lives(), Date.now(), match.matchId);
    await writes.exec();
  }
  redis.disconnect();
}

/** Each is in its ladder's chain, and its players are written. */
async function allRated({ db }: Database, names: readonly string[], count: number): Promise<void> {
  const ladders = db.collection<{ _id: string; flushed: number }>('ladders');
  const rated = async () => {
    const found = await ladders.find({ _id: { $in: [...names] } }).toArray();
    return found.reduce((sum, { flushed = 0 }) => sum + flushed, 0);
  };
  while ((await rated()) < count) await pause(20);
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
