import { html as template } from 'htm/preact';
import type { ComponentChildren } from 'preact';
import { render } from 'preact-render-to-string';

/** What a page is made of. Every value in it is shown as text: the library escapes it, in attributes too. */
export type Html = ComponentChildren;

/** A piece of a page. This is the only way to one: no text is ever joined into markup. */
export const html: (strings: TemplateStringsArray, ...values: unknown[]) => Html = template;

/** A piece as markup. */
export const markupOf = (piece: Html): string => render(template`<div>${piece}</div>`).slice(5, -6);
