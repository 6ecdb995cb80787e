import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { type Db, MongoClient } from 'mongodb';
import { queueNames } from '../../../jobs/contract.ts';
import { ratingCacheKey } from '../../../jobs/keys.ts';
import { newcomer, visibleRating } from '../../../jobs/ladder/rating.ts';
import { type FleetClient, openClient } from '../../../producers/client.ts';
import { readCalibration } from './calibration.ts';
import { openCloudwatch } from './cloudwatch.ts';
import { signUpPlayers } from './cognito-players.ts';
import { type Diary, openDiary } from './diary.ts';
import { showLive } from './live.ts';
import type { DemoOptions } from './options.ts';
import { identify, type Party, populate } from './population.ts';
import { chance } from './random.ts';
import type { DemoReport } from './report.ts';
import type { Screen } from './screen.ts';
import { correlation } from './statistics.ts';
import { openThroughApi } from './through-api.ts';
import { judgeDemo } from './verdict.ts';
import { liveThrough } from './world.ts';

/** Players who go the whole way: sign-up, confirmation, sign-in, and calls by their own token. */
const signedInPlayers = 10;

/**
 * How long (ms) after the last arrival parties start another match: then they go home, and nobody is left
 * over alone.
 */
const closingMs = 3_000;

export interface Fleet {
  /** The environment of the workers. */
  readonly env: NodeJS.ProcessEnv;
  readonly domain: string;
  readonly database: string;
  readonly environment: string;
  /** Where the HTTP API is, that players and services call; absent: they call through the client library. */
  readonly api: string | undefined;
  /** Stops the workers, which sends their last metrics. */
  readonly stopWorkers: () => Promise<void>;
}

/** Plays the demo on a running fleet and reads the outcome back. */
export async function runDemo(options: DemoOptions, fleet: Fleet, screen: Screen): Promise<DemoReport> {
  const { env, domain } = fleet;
  const startedAt = new Date();
  const [redisUrl = '', operatorKey = ''] = [env['QUEUE_REDIS_URL'], env['OPERATOR_KEY']];
  await using client = await openClient({ redisUrl, domain, operatorKey });
  await using opened = new AsyncDisposableStack();
  const cache = opened.adopt(new Redis(env['CACHE_REDIS_URL'] ?? ''), (it) => it.disconnect());
  const mongo = await new MongoClient(env['DOCUMENTDB_URI'] ?? '', { retryWrites: false }).connect();
  opened.defer(() => mongo.close());
  const db = mongo.db(fleet.database);

  const random = chance(options.seed);
  const cognito = await signUpPlayers(env, signedInPlayers);
  const parties = identify(
    populate(options.scenarios, options.players, options.seconds * 1_000, random, domain),
    cognito.players,
  );
  await install(client, options);
  screen.say(
    `${options.scenarios.map((it) => it.name).join(', ')} installed; ${options.players} players arrive`,
  );

  const diary = openDiary();
  const stopShowing = showLive(client, diary, options.players, screen);
  const ratingOf = async (playerId: string) =>
    Number((await cache.hget(ratingCacheKey(playerId), 'rating')) ?? visibleRating(newcomer));
  const calls = fleet.api
    ? openThroughApi(fleet.api, env['OPERATOR_KEY'] ?? '', cognito.verify)
    : { client, verify: cognito.verify };
  await liveThrough({
    ...calls,
    parties,
    rounds: options.rounds,
    closesAt: options.seconds * 1_000 + closingMs,
    ratingOf,
    diary,
    random,
  });
  await settled(client, db, diary);
  await stopShowing();
  const seconds = (Date.now() - startedAt.getTime()) / 1_000;

  const redis = opened.adopt(new Redis(env['QUEUE_REDIS_URL'] ?? ''), (it) => it.disconnect());
  const verdict = await judgeDemo({ redis, domain, db, cacheRedis: cache }, diary);
  const fit = await ratingFit(db, parties);
  const calibration = await readCalibration(db);
  await fleet.stopWorkers();
  return {
    options,
    players: options.players,
    verdict,
    refusals: diary.refusals,
    correlation: fit,
    calibration,
    cloudwatch: await readCloudwatch(fleet, startedAt),
    seconds,
  };
}

async function install(client: FleetClient, { scenarios }: DemoOptions): Promise<void> {
  for (const { name, ruleSet, requestTimeoutSeconds, ladder, acceptance, backfill } of scenarios) {
    await client.putRuleSet({ name, body: ruleSet });
    await client.putConfiguration({
      name,
      ruleSetName: name,
      requestTimeoutSeconds,
      ladder,
      ...(backfill && { backfillMode: 'AUTOMATIC' }),
      ...(acceptance && { acceptanceRequired: true, acceptanceTimeoutSeconds: acceptance.seconds }),
    });
  }
}

/**
 * Waits until the queues are empty and every session and reported result has reached the store, or nothing
 * moves any more.
 */
async function settled(client: FleetClient, db: Db, diary: Diary): Promise<void> {
  const patienceMs = 20_000;
  for (const until = Date.now() + patienceMs; Date.now() < until; await pause(100)) {
    const [sessions, rated] = await Promise.all([
      db.collection('sessions').countDocuments(),
      db.collection('rating_changes').countDocuments(),
    ]);
    const queues = await Promise.all(queueNames.map((name) => client.describeQueue(name)));
    const idle = queues.every(({ waiting, active }) => waiting + active === 0);
    if (idle && sessions >= diary.sessions.size && rated >= diary.reported.size) return;
  }
}

/** How well final ratings tell the hidden skill, over players with at least one rated match. */
async function ratingFit(db: Db, parties: readonly Party[]): Promise<number> {
  const skills = new Map(
    parties.flatMap((party) => party.players.map((it) => [it.playerId, it.skill] as const)),
  );
  const players = await db
    .collection<{ _id: string; profile: { current_rating: number; games_played: number } }>('players')
    .find({ 'profile.games_played': { $gt: 0 } })
    .toArray();
  return correlation(
    players.flatMap((it) => {
      const skill = skills.get(it._id);
      return skill === undefined ? [] : [[it.profile.current_rating, skill] as const];
    }),
  );
}

async function readCloudwatch(fleet: Fleet, from: Date): Promise<DemoReport['cloudwatch']> {
  const cloudwatch = openCloudwatch(fleet.env, fleet.environment);
  const wanted = [
    ['MatchmakingTime', 'matchmaking'],
    ['SessionCreationLatency', 'session-creation'],
    ['QueueLength', 'matchmaking'],
    ['PlayerRating', 'rating-update'],
  ] as const;
  const read = await Promise.all(wanted.map(([metric, service]) => cloudwatch.read(metric, service, from)));
  cloudwatch.close();
  return Object.fromEntries(
    wanted.map(([metric], at) => [metric, read[at] ?? { samples: 0, average: 0, maximum: 0 }]),
  );
}
