import { Command } from 'commander';
import type { DescribedPool } from '../live/describe-pool.ts';
import { count } from './arguments.ts';
import { table } from './table.ts';
import { show, withClient } from './terminal.ts';
import { counted, duration, since } from './wording.ts';

/** Pools, as they are now. */
export function poolCommands(): Command {
  const pool = new Command('pool').description('pools: the tickets of a configuration that are searching');

  pool
    .command('list')
    .description('pools that hold tickets, the fullest first')
    .option('--limit <n>', 'most pools shown', count, 50)
    .action(({ limit }: { limit: number }, command: Command) =>
      withClient(command, async (client) => {
        const pools = (await client.listPools({})).sort((a, b) => b.tickets - a.tickets);
        const shown = pools.slice(0, limit);
        show(
          command,
          pools,
          shown.map(({ pool: name, tickets, players, oldestSince }) => ({
            pool: name,
            tickets,
            players,
            oldest: since(oldestSince),
          })),
        );
        if (pools.length > limit) console.error(`${pools.length - limit} more; --limit shows them`);
      }),
    );

  pool
    .command('show')
    .description('a pool: its oldest tickets, how far their expansions went, and why the oldest wait')
    .argument('<pool>', 'as "pool list" names it, e.g. duel or race/eu')
    .option('--limit <n>', 'oldest tickets shown, at most 100', count, 10)
    .action((name: string, { limit }: { limit: number }, command: Command) =>
      withClient(command, async (client) => {
        const found = await client.describePool(name, { most: limit });
        show(command, found, () => poolText(found));
      }),
    );

  return pool;
}

function poolText(pool: DescribedPool): string {
  const { tickets, players, proposals, outbox, pausedSince, comparisonWaitSeconds, oldest } = pool;
  const reasons = oldest.flatMap(({ ticketId, why }) => (why ? [{ ticketId, 'why it waits': why }] : []));
  return [
    `${pool.pool}: ${counted(tickets, 'ticket')} with ${counted(players, 'player')} searching, ${counted(proposals, 'proposal')} waiting for answers`,
    `outbox: matches of ${pool.configuration} ${outbox.ofConfiguration}, all ${outbox.all}`,
    ...(pausedSince
      ? [`PAUSED for ${since(pausedSince)}: "configuration resume ${pool.configuration}" lets it go on`]
      : []),
    ...(comparisonWaitSeconds === undefined
      ? []
      : [
          `NO MATCH IS DECIDED for ${duration(comparisonWaitSeconds * 1_000)}: the queue Redis has started or taken over and is being compared with DocumentDB, which takes a second or two; longer means that DocumentDB is away`,
        ]),
    ...(oldest.length > 0 ? ['', table(oldest.map(row))] : []),
    ...(reasons.length > 0 ? ['', table(reasons)] : []),
  ].join('\n');
}

const row = (ticket: DescribedPool['oldest'][number]) => ({
  'oldest tickets': ticket.ticketId,
  players: ticket.players,
  waiting: duration(ticket.waitingSeconds * 1_000),
  'times out in': duration(ticket.timesOutInSeconds * 1_000),
  stage: `${ticket.stage} of ${ticket.stages}`,
});
