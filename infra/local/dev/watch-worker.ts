import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { watch } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = new URL('../../../', import.meta.url);
const workerMain = fileURLToPath(new URL('workers/process/main.ts', root));
/** What a worker's program consists of: TypeScript, and the Lua scripts that it reads. */
const folders = ['jobs', 'producers', 'workers'].map((name) => fileURLToPath(new URL(name, root)));
/** Editors and Git change several files at once (ms). */
const settleMs = 200;

/**
 * Runs a worker that is stopped and started again when one of its files changes. One that ends by itself, as
 * by a mistake in a file, is started at the next change. Disposing stops it.
 */
export function watchWorker(env: NodeJS.ProcessEnv, progress: (line: string) => void): AsyncDisposable {
  let worker = start(env, progress);
  let timer: NodeJS.Timeout | undefined;
  let turn = Promise.resolve();
  const again = async (file: string) => {
    progress(`${file} changed`);
    await stop(worker);
    worker = start(env, progress);
  };
  const watchers = folders.map((folder) =>
    watch(folder, { recursive: true }, (_event, file) => {
      if (!/\.(ts|lua)$/.test(file ?? '')) return;
      clearTimeout(timer);
      timer = setTimeout(() => {
        turn = turn.then(() => again(file ?? ''));
      }, settleMs);
    }),
  );
  return {
    async [Symbol.asyncDispose]() {
      for (const watcher of watchers) watcher.close();
      clearTimeout(timer);
      await turn;
      await stop(worker);
    },
  };
}

/** It does not outlive this process: the end of the channel ends it. */
function start(env: NodeJS.ProcessEnv, progress: (line: string) => void): ChildProcess {
  const child = spawn(process.execPath, [workerMain], {
    env,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  child.once('message', () => progress(`worker ${child.pid} serves`));
  child.once('exit', (code) => {
    if (code !== 0)
      progress(`worker ${child.pid} ended with ${code}; it is started again at the next change`);
  });
  return child;
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}
