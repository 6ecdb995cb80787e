import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { type Metric, type MetricName, metrics } from '../../jobs/metrics.ts';
import { createExposition, prometheusName } from '../../workers/telemetry/prometheus.ts';

interface Panel {
  readonly type: string;
  readonly title: string;
  readonly gridPos: { readonly h: number; readonly w: number; readonly x: number; readonly y: number };
  readonly targets?: readonly { readonly expr: string }[];
}
const file = readFileSync(new URL('../../infra/grafana/fleet.json', import.meta.url), 'utf8');
const { panels } = JSON.parse(file) as { panels: readonly Panel[] };
const expressions = panels.flatMap((panel) => panel.targets?.map(({ expr }) => expr) ?? []);

/**
 * Names of metrics in an expression: ours are the only words with capitals, those of the process have a
 * prefix.
 */
const namesIn = (expression: string): string[] =>
  expression.match(/\b([A-Z][A-Za-z]+(_[a-z]+)*|(process|nodejs)_[a-z0-9_]+)\b/g) ?? [];

/** What Prometheus has of a metric of ours. */
function seriesOf(name: MetricName): string[] {
  const { shape }: Metric = metrics[name];
  const named = prometheusName(name);
  return shape === 'distribution' ? ['_bucket', '_sum', '_count'].map((suffix) => named + suffix) : [named];
}

test('every metric in a panel is one that a worker exposes', async () => {
  const { text } = await createExposition('test').expose();
  const ofProcess = [...text.matchAll(/^# TYPE ((?:process|nodejs)_\S+) (\S+)/gm)].flatMap(
    ([, name = '', type]) =>
      type === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
  );
  const known = new Set([...(Object.keys(metrics) as MetricName[]).flatMap(seriesOf), ...ofProcess]);

  expect(expressions.length).toBeGreaterThan(20);
  for (const expression of expressions) expect(namesIn(expression)).not.toEqual([]);
  expect(expressions.flatMap(namesIn).filter((name) => !known.has(name))).toEqual([]);
});

test('every metric of the fleet is on a panel', () => {
  const shown = new Set(expressions.flatMap(namesIn));
  const missing = (Object.keys(metrics) as MetricName[]).filter(
    (name) => !seriesOf(name).some((series) => shown.has(series)),
  );

  expect(missing).toEqual([]);
});

test('a level is the largest of what workers say, a total is a rate: the next reporter may be another process', () => {
  for (const name of Object.keys(metrics) as MetricName[]) {
    const { shape }: Metric = metrics[name];
    const by = shape === 'level' ? /^max by \(/ : /rate\(/;
    const using = expressions.filter((it) => namesIn(it).some((used) => seriesOf(name).includes(used)));
    for (const expression of using) expect(expression).toMatch(by);
  }
});

test('no two panels lie upon each other', () => {
  const cells = panels.flatMap(({ gridPos: { h, w, x, y } }) =>
    Array.from({ length: h * w }, (_, at) => `${x + (at % w)},${y + Math.floor(at / w)}`),
  );

  expect(new Set(cells).size).toBe(cells.length);
});
