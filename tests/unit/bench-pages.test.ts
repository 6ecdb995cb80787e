import vm from 'node:vm';
import { expect, test } from 'vitest';
import { chartPage } from '../bench/chart-page.ts';
import { addProfile, folded, newFrame } from '../bench/profile-stacks.ts';

/** What the page's own script hands to the library. */
function drawn(page: string): { options: Record<string, unknown>; data: (number | null)[][] } {
  const script = /<body><script>(.*)<\/script>/s.exec(page)?.[1] ?? '';
  let given: unknown[] = [];
  class uPlot {
    constructor(...args: unknown[]) {
      given = args;
    }
  }
  vm.runInNewContext(script, { uPlot, document: { body: {} } });
  const [options, data] = JSON.parse(JSON.stringify(given));
  return { options, data };
}

const lines = [
  {
    name: 'p50',
    points: [
      { x: 100, y: 3 },
      { x: 0, y: 0 },
    ],
  },
  { name: '</script><script>alert(1)', points: [{ x: 50, y: 9 }] },
];
const chart = { title: 'Waits & <rates>', x: 'rate', y: 'ms', lines };

test('lines share their x values in order, with gaps where one of them has none', () => {
  expect(drawn(chartPage(chart)).data).toEqual([
    [0, 50, 100],
    [0, null, 3],
    [null, 9, null],
  ]);
});

test('a logarithmic chart leaves zeros out, and a chart without lines is empty', () => {
  expect(drawn(chartPage({ ...chart, logarithmic: true })).data[1]).toEqual([null, null, 3]);
  expect(drawn(chartPage({ ...chart, lines: [] })).data).toEqual([[]]);
});

test('names are text, whatever they hold', () => {
  const page = chartPage(chart);

  expect(page).toContain('<title>Waits &amp; &lt;rates></title>');
  expect(drawn(page).options).toMatchObject({ series: [{}, {}, { label: lines[1]?.name }] });
});

test('stacks are told with the time of their last function, waiting left out', () => {
  const frame = (functionName: string, url = '') => ({ functionName, url });
  const root = newFrame('all', '');
  const taken = addProfile(
    root,
    {
      nodes: [
        { id: 1, callFrame: frame('(root)'), children: [2, 4] },
        { id: 2, callFrame: frame('main', 'file:///x/workers/process/main.ts'), children: [3] },
        { id: 3, callFrame: frame('send', 'file:///x/node_modules/ioredis/built/a.js') },
        { id: 4, callFrame: frame('(idle)') },
      ],
      samples: [2, 3, 3, 4],
      timeDeltas: [5, 10, 20, 40],
    },
    'workers/process/main.ts',
    0,
  );

  expect(taken).toBe(true);
  expect(folded(root)).toBe(
    'main (workers/process/main.ts);send (ioredis) 30\nmain (workers/process/main.ts) 5\n',
  );
});
