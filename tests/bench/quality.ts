import { parseArgs } from 'node:util';
import { machine } from './machine.ts';
import { extremesWait } from './quality-extremes.ts';
import { armiesApart, packedPools, pairs } from './quality-pools.ts';
import { engineOf, measureQuality, type Quality, simulate } from './quality-simulation.ts';
import { parties, rolesAndRegions, solos, squads, type Traffic } from './quality-traffic.ts';
import { wholeNumber } from './whole-number.ts';

export const usage = `How even the engine's matches are on live traffic, and how long players wait for them.

  npm run bench -- quality [--seeds N] [--seconds N] [--json]

  --seeds N    runs of each kind of traffic, medians count (default 5)
  --seconds N  of traffic in a run (default 600), in simulated time: a pass every 50 ms, whatever a pass takes
  --json       print only {"traffic":[...],"targets":[...]}

A match is even when each side wins 45 to 55 %, by Elo (scale 400) of the team means, and as the fleet predicts it for
players whom it knows well (an uncertainty of 60 points). Waits count tickets of the first four fifths of a run; one that
has no match at the end counts as long as it has waited. Stacks meet: of the
parties that fill a team, those that face a party of three or more. The quality target asks for sides that win 45 to 55 % by Elo, and
eases after 30, 60 and 90 s.`;

/**
 * The median wait (s) for a match of solos of an engine that takes the first full match it finds; 5 seeds,
 * 600 s.
 */
const solosWait = 8.6;

interface Row {
  readonly target: string;
  readonly found: number;
  readonly bound: string;
  readonly met: boolean;
}

export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seeds: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '600' },
      json: { type: 'boolean', default: false },
    },
  });
  const seeds = wholeNumber('--seeds', values.seeds);
  const seconds = wholeNumber('--seconds', values.seconds);
  const measured = [solos, parties, rolesAndRegions].flatMap((traffic) =>
    (['without', 'with target'] as const).map((target) => ({
      traffic: traffic.name,
      target,
      ...measureQuality(traffic, target, seeds, seconds),
    })),
  );
  const targets = targetsOf(measured, seeds);
  if (values.json) return console.log(JSON.stringify({ traffic: measured, targets }));
  console.log(`${machine()}, median of ${seeds} × ${seconds} s of traffic`);
  console.table(measured.map(rounded));
  console.table(targets.map(rounded).map(({ met, ...row }) => ({ ...row, met: met ? 'yes' : 'NO' })));
}

function targetsOf([alone, , together, aimed]: readonly Quality[], seeds: number): Row[] {
  const { gap, ratio } = pairs(seeds);
  return [
    atLeast('5v5 solos: even by Elo', alone?.even, 0.99),
    atLeast('5v5 solos: even as predicted', alone?.evenAsPredicted, 0.99),
    atMost('5v5 solos: wait p50, s', alone?.waitP50, solosWait),
    atLeast('5v5 parties: even by Elo', together?.even, 0.86),
    atLeast('5v5 parties with target: even by Elo', aimed?.even, 0.95),
    atMost(
      '5v5 parties: wait p50 with target over without',
      (aimed?.waitP50 ?? Number.NaN) / (together?.waitP50 ?? Number.NaN),
      1.2,
    ),
    atMost('1v1, 1,000 waiting: median gap', gap, 5),
    atMost('1v1, 1,000 waiting: mean gap over the best pairing', ratio, 1.05),
    atMost(
      '1v1, windows in percentiles: mean wait of top or bottom 1 % over all',
      extremesWait('percentiles', seeds, 600),
      4,
    ),
    atLeast('25 squads of 4 among 110 players: pools packed of 10', packedPools(4), 10),
    atLeast('25 squads of 3 among 85 players: pools packed of 10', packedPools(3), 10),
    atMost('2 × 50 balanced with parties: team means apart', armiesApart(seeds), 5),
    atMost(
      '10 minutes of 5v5 parties at 20 tickets/s: CPU s',
      cpuOf({ ...parties, ticketsPerSecond: 20 }, 600),
      5,
    ),
    atMost('200 s of 25 × 4 at 3 tickets/s: CPU s', cpuOf(squads(4), 200), 5),
  ];
}

const cpuOf = (traffic: Traffic, seconds: number) =>
  simulate(engineOf(traffic), traffic, 1, seconds).cpuSeconds;

const atLeast = (target: string, found = Number.NaN, least: number): Row => ({
  target,
  found,
  bound: `≥ ${least}`,
  met: found >= least,
});

const atMost = (target: string, found = Number.NaN, most: number): Row => ({
  target,
  found,
  bound: `≤ ${most}`,
  met: found <= most,
});

/** Numbers to three figures. */
const rounded = <Shown extends object>(row: Shown): Shown =>
  Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name,
      typeof value === 'number' ? Number(value.toPrecision(3)) : value,
    ]),
  ) as Shown;
