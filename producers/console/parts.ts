import { duration, since } from '../cli/wording.ts';
import { type Html, html } from './html.ts';

/** A screen's address: ids come from outside, so they are in the query, where every text can be. */
export const urlOf = (path: string, query: Readonly<Record<string, string | number>>): string =>
  `${path}?${new URLSearchParams(Object.fromEntries(Object.entries(query).map(([name, value]) => [name, String(value)])))}`;

const link =
  (path: string, field: string) =>
  (id: string): Html =>
    html`<a href=${urlOf(path, { [field]: id })}>${id}</a>`;

export const ticketLink = link('/ticket', 'id');
export const playerLink = link('/player', 'id');
export const matchLink = link('/match', 'id');
export const configurationLink = link('/configuration', 'name');
export const poolLink = link('/pool', 'name');
export const ladderLink = link('/ladder', 'name');

/** A moment, and how long ago it was. */
export const moment = (iso: string | undefined): Html =>
  iso && html`<time datetime=${iso} title=${iso}>${since(iso)} ago</time>`;

/** A text as a sentence that ends once. */
export const ended = (text: string): string => `${text.replace(/\.+$/, '')}.`;

/** A wait in ms. */
export const wait = (ms: number | undefined): string => (ms === undefined ? '' : duration(ms));

export interface Table {
  readonly caption: string;
  readonly columns: readonly string[];
  /** The first cell names its row. */
  readonly rows: readonly (readonly Html[])[];
  /** Said where there are no rows. */
  readonly none: string;
}

export const table = ({ caption, columns, rows, none }: Table): Html =>
  rows.length === 0
    ? html`<section><h2>${caption}</h2><p class="none">${none}</p></section>`
    : html`<section class="wide" tabindex="0" role="region" aria-label=${caption}><table>
        <caption>${caption}</caption>
        <thead><tr>${columns.map((it) => html`<th scope="col">${it}</th>`)}</tr></thead>
        <tbody>${rows.map(
          ([first, ...rest]) =>
            html`<tr><th scope="row">${first}</th>${rest.map((cell) => html`<td>${cell}</td>`)}</tr>`,
        )}</tbody>
      </table></section>`;

/** Figures with what they are; those without a value are left out. */
export const facts = (rows: readonly (readonly [what: string, value: Html])[]): Html => html`
  <dl>${rows
    .filter(([, value]) => value !== undefined && value !== '' && value !== null && value !== false)
    .map(([what, value]) => html`<div><dt>${what}</dt><dd>${value}</dd></div>`)}</dl>`;

/** What somebody should look at now. */
export const trouble = (text: Html): Html => html`<p class="trouble">${text}</p>`;

/** How many are shown of how many, with the way to more. */
export const pager = (path: string, query: Readonly<Record<string, string | number>>, page: Paged): Html =>
  page.of > page.size &&
  html`<p>${page.from + 1} to ${Math.min(page.from + page.size, page.of)} of ${page.of}
    ${page.from > 0 && html` <a href=${urlOf(path, { ...query, from: Math.max(0, page.from - page.size) })}>before</a>`}
    ${
      page.from + page.size < page.of &&
      html` <a href=${urlOf(path, { ...query, from: page.from + page.size })}>next</a>`
    }</p>`;

export interface Paged {
  readonly from: number;
  readonly size: number;
  readonly of: number;
}
