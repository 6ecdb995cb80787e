import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { openBrowser } from '../support/browser.ts';

export const usage = `Takes a picture of a screen of a running console ("npm run demo -- --keep" prints its address).

  npm run bench -- console-picture URL FILE.png

  --dark     the dark page (default: the light one)`;

/** As wide and high as a README shows it. */
const viewport = { width: 1200, height: 760 };

export async function run(args: readonly string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { dark: { type: 'boolean', default: false } },
    allowPositionals: true,
  });
  const [url, file] = positionals;
  if (!url || !file) throw new Error(`a URL and a file are needed\n\n${usage}`);
  await using browser = await openBrowser();
  const page = await browser.newPage({ viewport, colorScheme: values.dark ? 'dark' : 'light' });
  const response = await page.goto(url);
  if (!response?.ok()) throw new Error(`${url} answered ${response?.status()}`);
  await page.screenshot({ path: resolve(process.env['INIT_CWD'] ?? '.', file) });
}
