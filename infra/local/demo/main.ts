import { randomBytes } from 'node:crypto';
import { startConsole } from '../console.ts';
import { exportsOf } from '../env-file.ts';
import { startStack } from '../stack.ts';
import { keepPlaying } from './keep-playing.ts';
import { type DemoOptions, readOptions, usage } from './options.ts';
import { toJson, toText } from './report.ts';
import { runDemo } from './run.ts';
import { openScreen } from './screen.ts';
import { startApi } from './start-api.ts';
import { startWorkers } from './workers.ts';

const options = parseCommandLine();
if (!options) console.log(usage);
else {
  process.exitCode = await demo(options);
  // Players who were kept would play on.
  if (options.keep) process.exit();
}

function parseCommandLine(): DemoOptions | undefined {
  try {
    return readOptions(process.argv.slice(2), process.env['INIT_CWD'] ?? process.cwd());
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
    process.exit(2);
  }
}

/** Returns the exit code: 1 when an invariant is broken. */
async function demo(wanted: DemoOptions): Promise<number> {
  const screen = openScreen(process.stderr);
  // Servers that were there before may hold other data: a run keeps to a domain and a database of its own.
  const run = randomBytes(4).toString('hex');
  const [domain, database, environment] = [`demo-${run}`, `demo_${run}`, `demo-${run}`];
  // Interrupted, the demo ends at once; servers and workers end with it.
  const leave = () => process.exit(130);
  process.on('SIGINT', leave).on('SIGTERM', leave);

  await using stack = await startStack({
    env: process.env,
    progress: (line) => screen.say(`stack: ${line}`),
  });
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    ...stack.env,
    DOMAIN: domain,
    DOCUMENTDB_DATABASE: database,
    ENVIRONMENT: environment,
    METRICS_FLUSH_MS: '2000',
    LOG_LEVEL: process.env['LOG_LEVEL'] ?? 'warn',
  };
  const console_ = startConsole(env);
  const workers = await startWorkers(wanted.workers, env, wanted.logs);
  await using seen = await console_;
  screen.say(`look at it in a browser: ${seen.url}`);
  screen.say(`${workers.length} workers ready (${workers.map((it) => it.pid).join(', ')})`);
  const stopWorkers = async (): Promise<void> => {
    await Promise.all(workers.map((worker) => worker.stop()));
  };
  const api = wanted.through === 'api' ? await startApi(env) : undefined;
  if (api) screen.say(`services and players call ${api.url}`);
  const fleet = { env, domain, database, environment, api: api?.url, stopWorkers };
  const report = await runDemo(wanted, fleet, screen);
  await api?.stop();
  if (wanted.json) console.log(JSON.stringify(toJson(report)));
  else console.log(toText(report));
  if (wanted.keep) await keep(wanted, env, { ...stack.env, DOMAIN: domain }, seen.url, leave);
  return report.verdict.problems.length === 0 ? 0 : 1;
}

/**
 * Keeps the stack, one worker, an API and players running until the demo is interrupted, and says how to look
 * at them.
 */
async function keep(
  wanted: DemoOptions,
  env: NodeJS.ProcessEnv,
  variables: Readonly<Record<string, string>>,
  url: string,
  leave: () => void,
): Promise<void> {
  const [worker] = await startWorkers(1, env);
  const api = await startApi(env);
  const exports = exportsOf(variables).replaceAll(/^(?=.)/gm, '  ');
  console.error(`\nThe stack, one worker and the API go on, and players come and go: ${url}\nIn another shell:\n${exports}  npm run -s cli -- queue list
  npm run -s cli -- configuration list
  npm run -s cli -- --help
  ${api.examples.join('\n  ')}
Ctrl-C stops everything.`);
  process.off('SIGINT', leave).off('SIGTERM', leave);
  const domain = variables['DOMAIN'] ?? '';
  keepPlaying(wanted, env, domain).catch((error: unknown) => console.error(`players went home: ${error}`));
  // Ctrl-C in a terminal arrives twice, once through npm: only the first counts.
  await new Promise((resolve) => process.on('SIGINT', resolve).on('SIGTERM', resolve));
  await api.stop();
  await worker?.stop();
}
