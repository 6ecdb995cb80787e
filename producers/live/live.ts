import type { Redis } from 'ioredis';
import type { WaitEstimate } from '../../jobs/configuration/activity.ts';
import { configurationOf, poolName } from '../../jobs/configuration/pool-name.ts';
import { resourceName } from '../../jobs/ids.ts';
import {
  describePlayer as describePlayerJob,
  type PlayerOnRecord,
} from '../../jobs/maintenance/read-players.ts';
import { startMatch } from '../../jobs/session-creation/start-match.ts';
import type { Call, CallOptions } from '../call.ts';
import type { openConfigurations } from '../configurations.ts';
import type { openOperations } from '../operations.ts';
import { parse } from '../parse.ts';
import type { ProducerQueues } from '../queues.ts';
import { at, RequestError } from '../request-error.ts';
import type { ActivityReader } from './activity.ts';
import { openAsk } from './ask.ts';
import { type DescribedConfiguration, describeConfiguration } from './describe-configuration.ts';
import { type DescribedMatch, describeMatch } from './describe-match.ts';
import { type DescribedPlayer, describePlayer } from './describe-player.ts';
import { type DescribedPool, describePool } from './describe-pool.ts';
import { openExplain } from './explain.ts';
import { openLadders } from './ladders.ts';
import { type LivePlayer, openLiveMatches } from './live-matches.ts';
import { openPendingMatches } from './matches.ts';
import { openPools, type PoolState } from './pools.ts';
import { openTicketStates } from './ticket-state.ts';

const looking = { kind: 'look at pools', askedBy: 'services' } as const;
const estimating = { kind: 'estimate-wait', askedBy: 'players' } as const;

/** How long (ms) a description of a match waits for its chances. */
const chancesMs = 2_000;

/** A match is described without what nobody answered. */
const unlessAborted = (signal: AbortSignal | undefined) => (): undefined => {
  signal?.throwIfAborted();
};

/** Most tickets of a pool that are shown. */
const mostShown = 100;

export interface LiveParts {
  readonly redis: Redis;
  readonly domain: string;
  readonly call: Call;
  readonly queues: ProducerQueues;
  readonly configurations: ReturnType<typeof openConfigurations>;
  readonly activity: ActivityReader;
  readonly readRecord: ReturnType<typeof openOperations>['readRecord'];
}

/** The fleet as it is now: pools, waits, and where a ticket or a match stands. It reads, and changes nothing. */
export function openLive(parts: LiveParts) {
  const { redis, domain, call, queues, configurations, activity, readRecord: readDocuments } = parts;
  const pools = openPools(redis, domain);
  const states = openTicketStates(redis, domain);
  const pending = openPendingMatches(redis, domain);
  const { livePlayer, liveMatches } = openLiveMatches(redis, domain);
  const readers = { pools, activity, states };
  const explaining = openExplain({
    ...{ call, states, queues, clock: activity.clock },
    ask: openAsk(redis, domain, queues),
  });

  const existing = async (name: string) => {
    const { installed, ruleSet } = await configurations.find(parse(resourceName, name));
    if (!installed) throw new RequestError('not-found', at('configuration', `${name} does not exist`));
    return { installed, ruleSet };
  };

  const { predict, ...ladders } = openLadders(parts);

  return {
    ...explaining,
    ...ladders,

    /** How long tickets of a configuration waited lately, ms; `undefined` when none was matched in the last hour. */
    estimateWait: (configuration: string, options: CallOptions = {}): Promise<WaitEstimate | undefined> =>
      call(estimating, options, async () => {
        await existing(configuration);
        return activity.waitEstimate(configuration);
      }),

    /** A configuration in force, with what waits in it and its last hour. */
    describeConfiguration: (name: string, options: CallOptions = {}): Promise<DescribedConfiguration> =>
      call(looking, options, async () => describeConfiguration((await existing(name)).installed, readers)),

    /** The same of every configuration, by name. */
    describeConfigurations: (options: CallOptions = {}): Promise<DescribedConfiguration[]> =>
      call(looking, options, async () => {
        const described: DescribedConfiguration[] = [];
        for (const installed of await configurations.list())
          described.push(await describeConfiguration(installed, readers));
        return described;
      }),

    /** Every pool that holds tickets, by configuration. */
    listPools: (options: CallOptions = {}): Promise<PoolState[]> =>
      call(looking, options, async () => {
        const found: PoolState[] = [];
        for (const { configuration } of await configurations.list())
          found.push(...(await pools.poolsOf(configuration.name)));
        return found;
      }),

    /** Matches that are decided and not confirmed; at 50,000 no more are formed. */
    outboxLength: (options: CallOptions = {}): Promise<number> => call(looking, options, pools.outboxLength),

    /** Pools of a configuration that hold tickets. */
    poolsOf: (configuration: string, options: CallOptions = {}): Promise<PoolState[]> =>
      call(looking, options, () => pools.poolsOf(parse(resourceName, configuration))),

    /** A pool with its oldest tickets (10, at most 100), and why the very oldest wait. */
    describePool: (name: string, { most = 10, ...options }: CallOptions & { readonly most?: number } = {}) =>
      call(looking, options, async (): Promise<DescribedPool> => {
        const { ruleSet } = await existing(configurationOf(parse(poolName, name)));
        const explain = (ticketId: string) => explaining.explainTicket(ticketId, options);
        return describePool(name, Math.min(most, mostShown), ruleSet, { ...readers, explain });
      }),

    /** A player with their live ticket and match, and what is on record of them. `undefined`: nobody has heard of them. */
    describePlayer: (playerId: string, options: CallOptions = {}): Promise<DescribedPlayer | undefined> =>
      call(looking, options, (calling) =>
        describePlayer(parse(describePlayerJob.item, { playerId }).playerId, {
          ...{ redis, domain, states },
          read: async (id) =>
            (await queues.ask(describePlayerJob, { playerId: id }, calling)) as PlayerOnRecord | null,
        }),
      ),

    /** The live matches that some of these players are in, each with those of them. */
    liveMatchesOf: (
      playerIds: readonly string[],
      options: CallOptions = {},
    ): Promise<ReadonlyMap<string, readonly string[]>> =>
      call(looking, options, () => liveMatches(playerIds)),

    /** A player's newest ticket and live match; `undefined`: neither is known. */
    livePlayer: (playerId: string, options: CallOptions = {}): Promise<LivePlayer | undefined> =>
      call(looking, options, () => livePlayer(playerId)),

    /** A match wherever it is: a proposal, in the outbox, or stored with its result. `undefined`: there is none. */
    describeMatch: (matchId: string, options: CallOptions = {}): Promise<DescribedMatch | undefined> =>
      call(looking, options, (calling) =>
        describeMatch(parse(startMatch.item, { matchId }).matchId, {
          pending,
          states,
          predict: ({ ladder, teams }) =>
            predict({ ladder, teams: teams.map((it) => [...it.playerIds]) }, calling, chancesMs).catch(
              unlessAborted(options.signal),
            ),
          read: (collection, id) => readDocuments(collection, id, options),
        }),
      ),
  };
}
