import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';

interface Line {
  readonly name: string;
  readonly points: readonly { readonly x: number; readonly y: number }[];
}

export interface Chart {
  readonly title: string;
  readonly x: string;
  readonly y: string;
  readonly lines: readonly Line[];
  /** A logarithmic vertical axis, for values from milliseconds to minutes. Default: a linear one. */
  readonly logarithmic?: boolean;
}

const colours = ['#1f77b4', '#d62728', '#2ca02c', '#9467bd', '#ff7f0e', '#17becf', '#8c564b'];
const library = (file: string) => readFileSync(new URL(file, import.meta.resolve('uplot')), 'utf8');
/** JSON that cannot end the script around it. */
const asScript = (value: unknown): string => JSON.stringify(value).replaceAll('<', '\\u003c');

/** The chart as a page that needs nothing else: a browser draws it, and the mouse reads values from it. */
export function chartPage({ title, x, y, lines, logarithmic = false }: Chart): string {
  const at = [...new Set(lines.flatMap((line) => line.points.map((it) => it.x)))].sort((a, b) => a - b);
  const columns = lines.map(({ points }) => {
    const height = new Map(points.map((it) => [it.x, it.y]));
    // Zero has no place on a logarithmic axis.
    return at.map((it) => (logarithmic && !height.get(it) ? null : (height.get(it) ?? null)));
  });
  const options = {
    title,
    width: 900,
    height: 480,
    scales: { x: { time: false }, y: { distr: logarithmic ? 3 : 1 } },
    axes: [{ label: x }, { label: y, size: 80 }],
    series: [
      { label: x },
      ...lines.map(({ name }, index) => ({
        label: name,
        stroke: colours[index % colours.length],
        spanGaps: true,
      })),
    ],
  };
  return `<!doctype html>
<meta charset="utf-8">
<title>${title.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</title>
<style>${library('uPlot.min.css')}</style>
<script>${library('uPlot.iife.min.js')}</script>
<body><script>new uPlot(${asScript(options)}, ${asScript([at, ...columns])}, document.body)</script>
`;
}

/** Writes the page of a chart to a file, named as seen from where the command was given. */
export const writeChart = (file: string, chart: Chart): void =>
  writeFileSync(resolve(process.env['INIT_CWD'] ?? '.', file), chartPage(chart));
