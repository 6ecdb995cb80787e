import { expect, test } from 'vitest';
import { drawChart } from '../bench/line-chart.ts';

const chart = (more: object = {}) =>
  drawChart({
    title: 'Waits & <rates>',
    x: 'rate',
    y: 'ms',
    lines: [
      {
        name: 'p50',
        points: [
          { x: 0, y: 1 },
          { x: 100, y: 100 },
        ],
      },
    ],
    ...more,
  });

test('the highest value is at the top and the last at the right, on either axis', () => {
  const first = { linear: '80.0 364.8', logarithmic: '80.0 368.0' };

  expect(chart()).toContain(`M${first.linear}L610.0 44.0`);
  expect(chart({ logarithmic: true })).toContain(`M${first.logarithmic}L610.0 44.0`);
});

test('names are text, whatever they hold', () => {
  expect(chart()).toContain('Waits &amp; &lt;rates&gt;');
});

test('lines without a point leave an empty picture', () => {
  expect(chart({ lines: [] })).not.toContain('NaN');
});
