import { configurationOf, poolName } from '../../jobs/configuration/pool-name.ts';
import { resourceName, ticketId } from '../../jobs/ids.ts';
import { readRecord } from '../../jobs/maintenance/jobs.ts';
import { describePlayer as describePlayerJob, predictChances } from '../../jobs/maintenance/read-players.ts';
import { startMatch } from '../../jobs/session-creation/jobs.ts';
import type { Calls, ClientParts } from '../client-parts.ts';
import { parse } from '../parse.ts';
import { at, RequestError } from '../request-error.ts';
import { openAsk } from './ask.ts';
import { type DescribedConfiguration, describeConfiguration } from './describe-configuration.ts';
import { describeMatch } from './describe-match.ts';
import { describePlayer } from './describe-player.ts';
import { describePool } from './describe-pool.ts';
import { openExplain } from './explain.ts';
import { openLiveMatches } from './live-matches.ts';
import { openPendingMatches } from './matches.ts';
import { openPools, type PoolState } from './pools.ts';
import { openTicketStates } from './ticket-state.ts';

/** How long (ms) a description of a match waits for its chances. */
const chancesMs = 2_000;

/** A match is described without what nobody answered. */
const unlessAborted = (signal: AbortSignal | undefined) => (): undefined => {
  signal?.throwIfAborted();
};

/** Most tickets of a pool that are shown. */
const mostShown = 100;

/**
 * The fleet as it is now: pools, waits, and where a ticket or a match stands. It reads, and changes nothing.
 */
export function liveCalls(parts: ClientParts) {
  const { redis, domain, call, queues, configurations, activity } = parts;
  const pools = openPools(redis, domain);
  const states = openTicketStates(redis, domain);
  const pending = openPendingMatches(redis, domain);
  const { livePlayer, liveMatches } = openLiveMatches(redis, domain);
  const readers = { pools, activity, states };
  const explain = openExplain({
    ...{ states, queues, clock: activity.clock },
    ask: openAsk(redis, domain, queues),
  });

  const existing = async (name: string) => {
    const { installed, ruleSet } = await configurations.find(parse(resourceName, name));
    if (!installed) throw new RequestError('not-found', at('configuration', `${name} does not exist`));
    return { installed, ruleSet };
  };
  const namesOf = async (configuration: string | undefined): Promise<string[]> =>
    configuration === undefined
      ? (await configurations.list()).map((it) => it.configuration.name)
      : [parse(resourceName, configuration)];

  return {
    explainTicket: (id, options = {}) =>
      call('explainTicket', options, (calling) => explain(parse(ticketId, id), calling)),

    estimateWait: (configuration, options = {}) =>
      call('estimateWait', options, async () => {
        await existing(configuration);
        return activity.waitEstimate(configuration);
      }),

    describeConfiguration: (name, options = {}) =>
      call('describeConfiguration', options, async () =>
        describeConfiguration((await existing(name)).installed, readers),
      ),

    describeConfigurationAll: (options = {}) =>
      call('describeConfigurationAll', options, async () => {
        const described: DescribedConfiguration[] = [];
        for (const installed of await configurations.list())
          described.push(await describeConfiguration(installed, readers));
        return described;
      }),

    listPools: ({ configuration }, options = {}) =>
      call('listPools', options, async () => {
        const found: PoolState[] = [];
        for (const name of await namesOf(configuration)) found.push(...(await pools.poolsOf(name)));
        return found;
      }),

    readOutboxLength: (options = {}) => call('readOutboxLength', options, pools.outboxLength),

    describePool: (name, { most = 10, ...options } = {}) =>
      call('describePool', options, async (calling) => {
        const { ruleSet } = await existing(configurationOf(parse(poolName, name)));
        const why = (id: string) => explain(id, calling);
        return describePool(name, Math.min(most, mostShown), ruleSet, { ...readers, explain: why });
      }),

    describePlayer: (playerId, { changes, ...options } = {}) =>
      call('describePlayer', options, (calling) => {
        const item = parse(describePlayerJob.item, { playerId, ...(changes !== undefined && { changes }) });
        const read = () => queues.ask(describePlayerJob, item, calling);
        return describePlayer(item.playerId, { ...{ redis, domain, states }, read });
      }),

    findLiveMatches: (playerIds, options = {}) =>
      call('findLiveMatches', options, () => liveMatches(playerIds)),

    findLivePlayer: (playerId, options = {}) => call('findLivePlayer', options, () => livePlayer(playerId)),

    describeMatch: (matchId, options = {}) =>
      call('describeMatch', options, (calling) =>
        describeMatch(parse(startMatch.item, { matchId }).matchId, {
          pending,
          states,
          predict: ({ ladder, teams }) =>
            queues
              .ask(
                predictChances,
                { ladder, teams: teams.map((it) => [...it.playerIds]) },
                calling,
                chancesMs,
              )
              .then(({ chances }) => chances, unlessAborted(options.signal)),
          read: (collection, id) => queues.ask(readRecord, { collection, id }, calling),
        }),
      ),
  } satisfies Calls;
}
