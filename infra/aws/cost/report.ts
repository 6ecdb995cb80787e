import type { StageSettings } from '../settings.ts';
import type { Costs, Load } from './cost.ts';
import { pricesOf } from './prices.ts';

/** The costs of a stage as a table that a README can take, with what is in none of its rows. */
export function report(settings: StageSettings, load: Load, { rows, unpriced }: Costs): string {
  const { name, region, monthlyBudgetUsd } = settings;
  const total = (of: 'atRest' | 'atMost') => rows.reduce((sum, it) => sum + it[of], 0);
  const money = (value: number) => value.toFixed(value < 10 ? 2 : 0);
  const count = (value: number) =>
    value >= 1e6
      ? `${(value / 1e6).toFixed(1)} M`
      : value >= 1e4
        ? `${(value / 1e3).toFixed(0)} k`
        : `${Number(value.toFixed(2))}`;
  const lines = rows.map(
    (it) =>
      `| ${it.what} | ${count(it.count)} | ${it.price.usd} per ${it.price.per} | ${money(it.atRest)} | ${money(it.atMost)} | ${it.price.source} |`,
  );
  const notes = [
    `Not in it: traffic, storage and I/O of DocumentDB, backups, a surcharge for durability \`sync\`, free tiers, tax.`,
    ...(region === pricesOf.region ? [] : [`Prices are those of ${pricesOf.region}, not of ${region}.`]),
    ...unpriced.map(
      (it) => `No price of ${it} is known, so it is missing above: add it to infra/aws/cost/prices.ts.`,
    ),
    ...(monthlyBudgetUsd !== undefined && total('atRest') > monthlyBudgetUsd
      ? [`The budget of ${monthlyBudgetUsd} USD does not even cover the stage at rest.`]
      : []),
  ];
  return [
    `## ${name}: USD a month, ${pricesOf.region}, prices as of ${pricesOf.asOf}; ${load.ticketsPerSecond} tickets a second`,
    '',
    '| what | count at rest | price | at rest | with all tasks | price from |',
    '|---|---|---|---|---|---|',
    ...lines,
    `| **together** | | | **${money(total('atRest'))}** | **${money(total('atMost'))}** | |`,
    '',
    ...notes,
    '',
  ].join('\n');
}
