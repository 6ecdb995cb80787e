import type { Chart } from './chart-page.ts';
import type { Look } from './pressure.ts';

interface LooksChart {
  readonly title: string;
  readonly y: string;
  /** By the name a line is given, what it shows. */
  readonly lines: Readonly<Record<string, keyof Look>>;
}

/**
 * How a fleet stood over time, as a chart with a logarithmic axis: what is drawn together is of many sizes.
 */
export const chartOfLooks = (looks: readonly Look[], { title, y, lines }: LooksChart): Chart => ({
  title,
  x: 'seconds',
  y,
  logarithmic: true,
  lines: Object.entries(lines).map(([name, of]) => ({
    name,
    points: looks.map((it) => ({ x: it.at, y: it[of] })),
  })),
});
