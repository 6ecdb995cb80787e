import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type Browser, chromium } from 'playwright-core';
import { enterTree, withoutOrphans } from '../../infra/local/debian/enter-tree.ts';
import { browserTree } from '../../infra/local/debian/recipe.ts';
import { debianTree, treeObstacle } from '../../infra/local/debian/tree.ts';
import { cacheFolder } from '../../infra/local/run.ts';

const options = [
  ...['--no-sandbox', '--disable-gpu', '--remote-debugging-port=0', '--user-data-dir=/mnt/profile'],
  'about:blank',
];

/** Why this machine cannot have the browser; `undefined` when it can. */
export const browserObstacle = treeObstacle;

/** A browser without a window, from a Debian tree that is built on first use. Nothing of it stays. */
export async function openBrowser(): Promise<Browser & AsyncDisposable> {
  const tree = await debianTree(
    cacheFolder(process.env),
    process.env,
    (line) => process.stderr.write(`${line}\n`),
    browserTree,
  );
  const folder = await mkdtemp(join(tmpdir(), 'browser-'));
  const [program = '', ...args] = withoutOrphans(
    enterTree(tree, {
      folder,
      user: 'www-data',
      command: ['env', 'HOME=/mnt', 'TMPDIR=/mnt', 'chromium-headless-shell', ...options],
    }),
  );
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = once(child, 'exit');
  const browser = await chromium.connectOverCDP(await addressOf(child.stderr, ended));
  return Object.assign(browser, {
    async [Symbol.asyncDispose]() {
      await browser.close();
      child.kill('SIGKILL');
      await ended;
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  });
}

async function addressOf(output: NodeJS.ReadableStream, ended: Promise<unknown>): Promise<string> {
  const lines: string[] = [];
  const found = new Promise<string>((resolve) => {
    createInterface(output).on('line', (line) => {
      lines.push(line);
      const [, address] = /^DevTools listening on (ws:\S+)/.exec(line) ?? [];
      if (address) resolve(address);
    });
  });
  const died = ended.then(() => Promise.reject(new Error(`The browser did not start:\n${lines.join('\n')}`)));
  died.catch(() => undefined);
  return Promise.race([found, died]);
}
