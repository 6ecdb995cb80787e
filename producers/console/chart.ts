import { type Html, html } from './html.ts';
import { moment, table } from './parts.ts';

/** Something that happened at a moment: a line across the chart. */
export interface Mark {
  readonly at: string;
  readonly text: string;
}

export interface Chart {
  readonly caption: string;
  readonly series: readonly string[];
  readonly points: readonly { readonly at: string; readonly values: readonly (number | undefined)[] }[];
  /** A value as people read it. Default: the number. */
  readonly shown?: (value: number) => string;
  readonly marks?: readonly Mark[];
  /** Said where there are no points. */
  readonly none: string;
}

/** Values over time, with a table of all of them: the page draws the chart from the table. */
export function chart({ caption, series, points, shown = String, marks = [], none }: Chart): Html {
  if (points.length === 0) return table({ caption, columns: [], rows: [], none });
  const cell = (value: number | undefined) =>
    value !== undefined && html`<data value=${value}>${shown(value)}</data>`;
  const rows = points.map(({ at, values }) => [moment(at), ...values.map(cell)]);
  return html`<figure class="chart" data-marks=${JSON.stringify(marks)}>
    <figcaption>${caption}</figcaption>
    <ul class="key">${series.map((name) => html`<li>${name}</li>`)}</ul>
    <div class="plot" role="img" aria-label=${`${caption}: ${sentenceOf(points, series, shown)}`}></div>
    ${marks.length > 0 && html`<p class="none">Marked: ${marks.map((it) => html`${it.text} (${moment(it.at)}) `)}</p>`}
    <details><summary>As a table</summary>
      ${table({ caption, columns: ['When', ...series], rows: rows.toReversed(), none })}
    </details>
  </figure>`;
}

/** What is newest, for people who do not see the chart. */
function sentenceOf(
  points: Chart['points'],
  series: readonly string[],
  shown: NonNullable<Chart['shown']>,
): string {
  const { values = [] } = points.at(-1) ?? {};
  const newest = series.flatMap((name, at) => {
    const value = values[at];
    return value === undefined ? [] : [`${name} ${shown(value)}`];
  });
  return `${points.length} points, the newest ${newest.join(', ') || 'without a value'}`;
}
