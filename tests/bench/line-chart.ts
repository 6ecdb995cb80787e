import { svgText } from './svg-text.ts';

interface Line {
  readonly name: string;
  readonly points: readonly { readonly x: number; readonly y: number }[];
}

export interface Chart {
  readonly title: string;
  readonly x: string;
  readonly y: string;
  readonly lines: readonly Line[];
  /** A logarithmic vertical axis, for values from milliseconds to minutes. Default: a linear one from 0. */
  readonly logarithmic?: boolean;
}

const width = 760;
const height = 420;
const margin = { left: 80, right: 150, top: 44, bottom: 52 };
const colours = ['#1f77b4', '#d62728', '#2ca02c', '#9467bd', '#ff7f0e', '#17becf', '#8c564b'];

/** The chart as an SVG document that needs nothing else. */
export function drawChart({ title, x, y, lines, logarithmic = false }: Chart): string {
  const all = lines.flatMap((line) => line.points);
  const right = Math.max(...all.map((it) => it.x), 1e-9);
  const heights = all.map((it) => it.y).filter((it) => !logarithmic || it > 0);
  const top = Math.max(...heights, 1e-9);
  const bottom = logarithmic ? 10 ** Math.floor(Math.log10(Math.min(...heights, top))) : 0;
  const atX = (value: number) => margin.left + (value / right) * (width - margin.left - margin.right);
  const share = (value: number) =>
    logarithmic ? Math.log(Math.max(value, bottom) / bottom) / Math.log(top / bottom || 2) : value / top;
  const atY = (value: number) =>
    height - margin.bottom - share(value) * (height - margin.top - margin.bottom);

  const text = (left: number, up: number, words: string, more = '') =>
    `<text x="${round(left)}" y="${round(up)}" ${more}>${svgText(words)}</text>`;
  const rules = ticks(bottom, top, logarithmic).map(
    (value) =>
      `<path d="M${margin.left} ${round(atY(value))}H${width - margin.right}" stroke="#ddd"/>` +
      text(margin.left - 8, atY(value) + 4, short(value), 'text-anchor="end"'),
  );
  const columns = ticks(0, right, false).map((value) =>
    text(atX(value), height - margin.bottom + 18, short(value), 'text-anchor="middle"'),
  );
  const drawn = lines.map(({ name, points }, index) => {
    const colour = colours[index % colours.length];
    const path = points.map((it) => `${round(atX(it.x))} ${round(atY(it.y))}`).join('L');
    return (
      `<path d="M${path}" fill="none" stroke="${colour}" stroke-width="2"/>` +
      text(width - margin.right + 10, margin.top + 18 * index + 10, name, `fill="${colour}"`)
    );
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12">`,
    `<title>${svgText(title)}</title>`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    text(margin.left, 24, title, 'font-size="15"'),
    text(margin.left, height - 12, x),
    text(8, margin.top - 6, y),
    ...rules,
    ...columns,
    ...drawn,
    '</svg>\n',
  ].join('\n');
}

function ticks(from: number, to: number, logarithmic: boolean): number[] {
  if (logarithmic) {
    const decades = Math.ceil(Math.log10(to / from));
    return Array.from({ length: decades + 1 }, (_, n) => from * 10 ** n).filter((it) => it <= to);
  }
  const step = 10 ** Math.floor(Math.log10(to || 1));
  const fitting = to / step < 3 ? step / 2 : step;
  return Array.from({ length: Math.floor(to / fitting) + 1 }, (_, n) => n * fitting);
}

const short = (value: number): string => value.toLocaleString('en', { maximumFractionDigits: 2 });
const round = (value: number): string => value.toFixed(1);
