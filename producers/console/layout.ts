import { type Html, html, markupOf } from './html.ts';
import type { Viewer } from './viewer.ts';

export interface Page {
  readonly title: string;
  readonly viewer: Viewer | undefined;
  readonly main: Html;
  /** Above what changes by itself. */
  readonly filters?: Html;
  /** Below what changes by itself: forms, whose fields must stay as people fill them in. */
  readonly forms?: Html;
  /** Where the page's changes come from, as server-sent events; absent for a page that stays as it is. */
  readonly live?: string;
  /** The same as JSON. */
  readonly json?: string;
  readonly domain?: string;
}

const places = [
  ['/', 'Overview'],
  ['/queues', 'Queues'],
  ['/ladders', 'Ladders'],
  ['/events', 'Events'],
  ['/audit', 'Audit'],
] as const;

/** A whole document. */
export function page({ title, viewer, main, filters, forms, live, json, domain }: Page): string {
  const body = html`
    <a class="skip" href="#live">Skip to content</a>
    <header>
      <strong>Fleet${domain && ` ${domain}`}</strong>
      ${
        viewer &&
        html`<nav aria-label="Screens">${places.map(([url, name]) => html`<a href=${url}>${name}</a>`)}</nav>
        <form action="/find" role="search">
          <input name="id" aria-label="Id of a player, ticket or match" placeholder="player, ticket or match" required maxlength="1024" />
          <button>Find</button>
        </form>`
      }
    </header>
    <main>
      <h1>${title}</h1>
      ${filters}
      ${
        live &&
        html`<p class="live"><button id="pause" type="button" hidden>Pause updates</button>
        <span id="connection" role="status"></span></p>`
      }
      <div id="live" data-live=${live}>${main}</div>
      ${forms}
    </main>
    <footer>
      ${json && html`<a href=${json}>This page as JSON</a> `}
      ${viewer && html`<span>${viewer.name}${viewer.rights.has('operate') ? '' : ', may only read'}</span>`}
    </footer>`;
  const head = html`
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <title>${`${title} - fleet`}</title>
    <link rel="icon" href="data:," />
    <link rel="stylesheet" href="/console.css" />
    <link rel="stylesheet" href="/lib/uplot.css" />
    <script src="/lib/uplot.js" defer></script>
    <script src="/charts.js" defer></script>
    <script src="/lib/idiomorph.js" defer></script>
    <script src="/console.js" defer></script>`;
  return `<!doctype html><html lang="en"><head>${markupOf(head)}</head><body>${markupOf(body)}</body></html>`;
}
