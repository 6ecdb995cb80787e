import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { MongoClient } from 'mongodb';
import { populate } from '../../infra/local/demo/population.ts';
import { chance } from '../../infra/local/demo/random.ts';
import { domainKeys } from '../../jobs/keys.ts';
import type { FleetClient } from '../../producers/client.ts';
import { openClient } from '../support/client-inside.ts';
import {
  openPlacementService,
  type PlacementService,
  placementSecret,
} from '../support/placement-service.ts';
import { openApiUnderFault } from './api-under-fault.ts';
import { startCrowd } from './crowd.ts';
import type { Field } from './fault.ts';
import { faults } from './faults.ts';
import { startOperator } from './operator.ts';
import { planFaults, type Strike } from './plan.ts';
import { probeRuleSet, recoveries, type Struck, startProbes } from './probes.ts';
import { openPromiseLog, type PromiseLog } from './promises.ts';
import { configurationOf, inhabit, scenarios } from './scenarios.ts';
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
  /**
   * How long (ms) after the last fault work may be left to do. Default: 90,000; a stalled job takes 15 s, a
   * match handed over again 10 s.
   */
  readonly calmWithinMs?: number;
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
  /** Calls that were told that what they asked for is so. */
  readonly acknowledged: number;
  readonly tickets: number;
  readonly duplicatesAbsorbed: number;
  /** Calls that failed, and calls no replica confirmed in time. */
  readonly refused: number;
  readonly unconfirmed: number;
}

/** Lets faults strike a fleet under steady load, waits for quiet, and checks every invariant. */
export async function runFaults(options: FaultOptions): Promise<FaultReport> {
  const { seed, seconds, say, calmWithinMs = 90_000 } = options;
  await using surroundings = await startStackUnderFault(say);
  await using service = await openPlacementService();
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
    PLACEMENT_HOSTS: service.host,
    PLACEMENT_SECRET: placementSecret,
  };
  await using workforce = await openWorkforce(env, options.workers, options.workerMain);
  const redisUrl = surroundings.env['QUEUE_REDIS_URL'] ?? '';
  const operatorKey = surroundings.env['OPERATOR_KEY'] ?? '';
  await using client = await openClient({ redisUrl, domain, operatorKey });
  await install(client, service);
  say(`${options.workers} workers ready; ${options.players} players for ${seconds} s, seed ${seed}`);

  const log = openPromiseLog();
  const random = chance(seed);
  inhabit(service, chance(seed + 1));
  const parties = populate(scenarios, options.players, 0, random, domain);
  const crowd = startCrowd({ client, log, parties, random, restless: options.restless });
  const operator = startOperator({ client, log, random: chance(seed + 2), scenarios, service });
  const probes = startProbes(client, log);
  await using api = await openApiUnderFault(env, client, log);
  await using opened = new AsyncDisposableStack();
  const mongo = new MongoClient(surroundings.stack.part('documentdb').url, { retryWrites: false });
  opened.defer(() => mongo.close());
  const record = mongo.db(env.DOCUMENTDB_DATABASE);
  const field: Field = {
    surroundings,
    workforce,
    api,
    client,
    domain,
    record,
    log,
    pools: [...scenarios.map((it) => it.name), 'probe'],
  };
  const plan = planFaults(options.kinds, seed, seconds * 1_000, options.everySeconds * 1_000);
  const struck = await Promise.race([strikeAll(plan, field, options), crowd.trouble]);
  say(`${struck.length} faults are over; everybody goes home`);

  const redis = new Redis(redisUrl, { maxRetriesPerRequest: null });
  opened.defer(() => redis.disconnect());
  const cacheRedis = new Redis(surroundings.env['CACHE_REDIS_URL'] ?? '');
  opened.defer(() => cacheRedis.disconnect());
  const stores = { redis, domain, db: record, cacheRedis };
  const unrest = await awaitCalm(
    {
      home: {
        crowd: crowd.leave(),
        probes: probes.stop(),
        operator: operator.leave(),
        'callers of the API': api.stop(),
      },
      waitedFor: crowd.waitedFor,
      log,
    },
    client,
    stores,
    calmWithinMs,
  );
  await crowd.hangUp(() => redis.get(domainKeys(domain).eventsHead()));
  const found = await findViolations(log, stores);
  return {
    seed,
    seconds,
    faults: Object.fromEntries(
      [...Map.groupBy(struck, (it) => it.kind)].map(([kind, all]) => [kind, all.length]),
    ),
    violations: [...unrest, ...found],
    recoveryMs: recoveries(struck, probes),
    ...countsOf(log),
  };
}

const countsOf = ({ calls, duplicates, refused, unconfirmed }: PromiseLog) => ({
  acknowledged: calls.filter((call) => call.told === 'yes').length,
  tickets: calls.filter((call) => call.told === 'yes' && call.kind === 'start').length,
  duplicatesAbsorbed: duplicates,
  refused,
  unconfirmed,
});

async function install(client: FleetClient, service: PlacementService): Promise<void> {
  for (const scenario of scenarios) {
    await client.putRuleSet({ name: scenario.name, body: scenario.ruleSet });
    await client.putConfiguration(configurationOf(scenario, service));
  }
  await client.putRuleSet({ name: 'probe', body: probeRuleSet });
  await client.putConfiguration({ name: 'probe', ruleSetName: 'probe', requestTimeoutSeconds: 30 });
}

/**
 * Each fault at its time; those that break the same thing wait for each other, and when time is up no more
 * come.
 */
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
      if (!fault.timeGoesOn) field.log.disturbances.push({ from, to: Date.now() });
      say(`${((from - startedAt) / 1_000).toFixed(0).padStart(5)} s  ${kind}, ${Date.now() - from} ms`);
    };
    const turn = (turns.get(fault.on) ?? Promise.resolve()).then(strike);
    turns.set(fault.on, turn);
    await turn;
  });
  await Promise.all(strikes);
  return struck;
}
