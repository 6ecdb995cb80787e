import type { DescribedConfiguration } from '../live/describe-configuration.ts';
import { table } from './table.ts';
import { counted, duration, since } from './wording.ts';

/** A configuration as a line of a table. */
export function configurationRow({ installed, ...live }: DescribedConfiguration) {
  const { configuration, version, ruleSet } = installed;
  return {
    name: configuration.name,
    version,
    'rule set': `${ruleSet.name}@${ruleSet.version}`,
    tickets: live.tickets,
    players: live.players,
    oldest: since(live.oldestSince),
    'matches/min': rounded(live.matchesPerMinute),
    'p50 wait': live.wait ? duration(live.wait.p50) : '',
    'p90 wait': live.wait ? duration(live.wait.p90) : '',
    state: live.pausedSince ? `PAUSED ${since(live.pausedSince)}` : 'runs',
  };
}

/** A configuration for people: how it stands, its last hour, its settings. */
export function configurationText(described: DescribedConfiguration): string {
  const { installed, pools, tickets, players, oldestSince, pausedSince, wait, lastHour } = described;
  const { configuration, version, ruleSet } = installed;
  const { name, ...settings } = configuration;
  const oldest = oldestSince ? `, the oldest for ${since(oldestSince)}` : '';
  return [
    `${name}, version ${version}, rule set ${ruleSet.name}@${ruleSet.version}`,
    ...(pausedSince
      ? [`PAUSED for ${since(pausedSince)}: "configuration resume ${name}" lets it go on`]
      : []),
    `${counted(tickets, 'ticket')} with ${counted(players, 'player')} searching in ${counted(pools, 'pool')}${oldest}`,
    wait
      ? `half of the last ${wait.tickets} matched tickets waited ${duration(wait.p50)} or less, nine of ten ${duration(wait.p90)}`
      : 'no ticket was matched in the last hour',
    '',
    table([
      {
        'last hour': 'tickets',
        started: lastHour.started,
        matched: lastHour.matched,
        'timed out': lastHour.timedOut,
        cancelled: lastHour.cancelled,
        failed: lastHour.failed,
        matches: lastHour.matches,
        'matches/min now': rounded(described.matchesPerMinute),
      },
    ]),
    '',
    table(Object.entries(settings).map(([setting, value]) => ({ setting, value }))),
  ].join('\n');
}

const rounded = (value: number): number => Math.round(value * 10) / 10;
