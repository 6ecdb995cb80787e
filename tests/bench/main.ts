import { nearestName } from '../../jobs/nearest-name.ts';

// As a worker's entry sets it, before a bench loads the X-Ray SDK.
process.env['AWS_XRAY_MANUAL_MODE'] = '1';

/** Every bench: `npm run bench -- NAME [options]`, each with its own `--help`. */
const benches: Readonly<Record<string, () => Promise<Bench>>> = {
  api: () => import('./api.ts'),
  autoscaling: () => import('./autoscaling.ts'),
  client: () => import('./client.ts'),
  'cold-start': () => import('./cold-start.ts'),
  'console-picture': () => import('./console-picture.ts'),
  engine: () => import('./engine.ts'),
  explain: () => import('./explain.ts'),
  profile: () => import('./profile.ts'),
  fleet: () => import('./fleet.ts'),
  idle: () => import('./idle.ts'),
  'job-times': () => import('./job-times.ts'),
  overload: () => import('./overload.ts'),
  ratings: () => import('./ratings.ts'),
  quality: () => import('./quality.ts'),
  'rating-update': () => import('./rating-update.ts'),
  scripts: () => import('./scripts.ts'),
  soak: () => import('./soak.ts'),
  tracing: () => import('./tracing.ts'),
};

interface Bench {
  readonly usage: string;
  readonly run: (args: readonly string[]) => Promise<void>;
}

const [name = '', ...args] = process.argv.slice(2);
const bench = await (Object.hasOwn(benches, name) ? benches[name]?.() : undefined);
if (!bench) {
  if (name !== '' && name !== '--help') {
    const near = nearestName(name, Object.keys(benches));
    console.error(`There is no bench ${name}${near ? `; did you mean ${near}?` : ''}`);
  }
  console.error(`npm run bench -- NAME [options], NAME one of: ${Object.keys(benches).join(', ')}`);
  process.exitCode = name === '' || name === '--help' ? 0 : 2;
} else if (args.includes('--help')) console.log(bench.usage);
else
  try {
    await bench.run(args);
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    // What it opened before it failed would keep the process alive.
    process.exit(1);
  }
