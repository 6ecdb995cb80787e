import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { MongoClient } from 'mongodb';
import { populate } from '../../infra/local/demo/population.ts';
import { chance } from '../../infra/local/demo/random.ts';
import { defaultScenarios } from '../../infra/local/demo/scenarios.ts';
import { poolTag } from '../../jobs/keys.ts';
import { type MatchmakingClient, openClient } from '../../producers/client.ts';
import { startCrowd } from './crowd.ts';
import type { Field } from './fault.ts';
import { faults } from './faults.ts';
import { planFaults, type Strike } from './plan.ts';
import { probeRuleSet, recoveries, type Struck, startProbes } from './probes.ts';
import { openPromiseLog, type PromiseLog } from './promises.ts';
import { startStackUnderFault } from './stack-under-fault.ts';
import { awaitCalm, findViolations } from './violations.ts';
import { openWorkforce } from './workforce.ts';

export interface FaultOptions {
  readonly seconds: number;
  readonly seed: number;
  readonly workers: number;
  readonly players: number;
  /** Kinds that may strike. */
  readonly kinds: readonly string[];
  /** Seconds from one fault to the next, about. */
  readonly everySeconds: number;
  /** Share of tickets whose party changes its mind at once. */
  readonly restless: number;
  /** The workers' program. Default: this tree's. */
  readonly workerMain?: string;
  readonly say: (line: string) => void;
}

export interface FaultReport {
  readonly seed: number;
  readonly seconds: number;
  /** Faults that struck, by kind. */
  readonly faults: Readonly<Record<string, number>>;
  /** Broken invariants, each with the history of whom it is about. */
  readonly violations: readonly string[];
  readonly recoveryMs: Readonly<Record<string, { readonly p50: number; readonly max: number }>>;
  /** Calls that were promised something: tickets, sessions and results. */
  readonly acknowledged: number;
  readonly tickets: number;
  readonly duplicatesAbsorbed: number;
  /** Calls that failed, and calls no replica confirmed in time. */
  readonly refused: number;
  readonly unconfirmed: number;
}

/** Lets faults strike a fleet under steady load, waits for quiet, and checks every invariant. */
export async function runFaults(options: FaultOptions): Promise<FaultReport> {
  const { seed, seconds, say } = options;
  await using surroundings = await startStackUnderFault(say);
  const run = randomBytes(4).toString('hex');
  const domain = `faults-${run}`;
  const env = {
    ...surroundings.env,
    PATH: process.env['PATH'],
    DOMAIN: domain,
    DOCUMENTDB_DATABASE: `faults_${run}`,
    METRICS_FLUSH_MS: '1000',
    GRACE_MS: '5000',
    LOG_LEVEL: 'warn',
  };
  await using workforce = await openWorkforce(env, options.workers, options.workerMain);
  const redisUrl = surroundings.env['QUEUE_REDIS_URL'] ?? '';
  await using client = await openClient({ redisUrl, domain });
  await install(client);
  say(`${options.workers} workers ready; ${options.players} players for ${seconds} s, seed ${seed}`);

  const log = openPromiseLog();
  const random = chance(seed);
  const parties = populate(defaultScenarios, options.players, 0, random, domain);
  const crowd = startCrowd({ client, log, parties, random, restless: options.restless });
  const probes = startProbes(client, log);
  const field: Field = {
    surroundings,
    workforce,
    client,
    log,
    pools: [...defaultScenarios.map((it) => it.name), 'probe'],
    hostile: new Set(),
  };
  const plan = planFaults(options.kinds, seed, seconds * 1_000, options.everySeconds * 1_000);
  const struck = await Promise.race([strikeAll(plan, field, options), crowd.trouble]);
  say(`${struck.length} faults are over; everybody goes home`);

  const redis = new Redis(redisUrl, { maxRetriesPerRequest: null });
  await using opened = new AsyncDisposableStack();
  opened.defer(() => redis.disconnect());
  const mongo = await new MongoClient(surroundings.env['DOCUMENTDB_URI'] ?? '', {
    retryWrites: false,
  }).connect();
  opened.defer(() => mongo.close());
  const stores = { redis, domain, db: mongo.db(env.DOCUMENTDB_DATABASE) };
  const unrest = await awaitCalm(Promise.all([crowd.leave(), probes.stop()]), client, stores);
  await crowd.hangUp(async () => Number((await redis.get(`${poolTag(domain)}:event-number`)) ?? 0));
  return {
    seed,
    seconds,
    faults: Object.fromEntries(
      [...Map.groupBy(struck, (it) => it.kind)].map(([kind, all]) => [kind, all.length]),
    ),
    violations: [...unrest, ...(await findViolations(field, stores))],
    recoveryMs: recoveries(struck, probes),
    ...countsOf(log),
  };
}

const countsOf = ({ tickets, sessions, results, duplicates, refused, unconfirmed }: PromiseLog) => ({
  acknowledged: tickets.size + sessions.size + results.size,
  tickets: tickets.size,
  duplicatesAbsorbed: duplicates,
  refused,
  unconfirmed,
});

async function install(client: MatchmakingClient): Promise<void> {
  for (const { name, ruleSet, requestTimeoutSeconds, ladder, acceptance, backfill } of defaultScenarios) {
    await client.putRuleSet({ name, body: ruleSet });
    await client.putConfiguration({
      name,
      ruleSetName: name,
      requestTimeoutSeconds,
      ladder,
      ...(acceptance && { acceptanceRequired: true, acceptanceTimeoutSeconds: acceptance.seconds }),
      ...(backfill && { backfillMode: 'AUTOMATIC' }),
    });
  }
  await client.putRuleSet({ name: 'probe', body: probeRuleSet });
  await client.putConfiguration({ name: 'probe', ruleSetName: 'probe', requestTimeoutSeconds: 30 });
}

/** Each fault at its time; those that break the same thing wait for each other, and when time is up no more come. */
async function strikeAll(
  plan: readonly Strike[],
  field: Field,
  { seed, seconds, say }: FaultOptions,
): Promise<Struck[]> {
  const startedAt = Date.now();
  const turns = new Map<string, Promise<unknown>>();
  const struck: Struck[] = [];
  const strikes = plan.map(async ({ at, kind }, index) => {
    await pause(Math.max(0, startedAt + at - Date.now()));
    const fault = faults[kind];
    if (!fault) throw new Error(`there is no fault ${kind}`);
    const strike = async () => {
      const from = Date.now();
      if (from > startedAt + seconds * 1_000) return;
      await fault.strike(field, chance(seed * 1_000 + index));
      struck.push({ kind, from, to: Date.now() });
      say(`${((from - startedAt) / 1_000).toFixed(0).padStart(5)} s  ${kind}, ${Date.now() - from} ms`);
    };
    const turn = (turns.get(fault.on) ?? Promise.resolve()).then(strike);
    turns.set(fault.on, turn);
    await turn;
  });
  await Promise.all(strikes);
  return struck;
}
