import { readFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { loadRuleSet } from '../../../jobs/rule-set/load.ts';
import { defaultScenarios, type Scenario } from './scenarios.ts';

export const usage = `Runs the whole fleet on this machine: starts the stack and worker processes, lets simulated players with a hidden
skill queue, play and be rated, and checks in the end that nothing was lost and nobody was matched twice.

  npm run demo -- [options]

  --players N        how many players (default 2000)
  --workers N        worker processes (default 3)
  --rule-set FILE    run on this FlexMatch rule set instead; may be given several times
  --seconds N        time over which players arrive (default 20)
  --rounds N         matches each party plays (default 4)
  --seed N           seed of the simulated players (default 1)
  --logs FOLDER      write what each worker logs to a file there (LOG_LEVEL in the environment, default warn)
  --through WHAT     how services and players call: client, the library (default), or api, the HTTP API
  --json             print only one JSON object
  --keep             leave the stack, one worker, the HTTP API, the console and players who come and go running until interrupted
  --help             prints this`;

export interface DemoOptions {
  readonly players: number;
  readonly workers: number;
  readonly seconds: number;
  readonly rounds: number;
  readonly seed: number;
  /** Where the workers' logs go. Default: nowhere. */
  readonly logs?: string;
  /** How services and players call. */
  readonly through: 'client' | 'api';
  readonly json: boolean;
  readonly keep: boolean;
  readonly scenarios: readonly Scenario[];
}

/**
 * Reads the command line; `undefined` when only help was asked for. Throws with a message that names the
 * option.
 */
export function readOptions(args: readonly string[], from: string): DemoOptions | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      players: { type: 'string', default: '2000' },
      workers: { type: 'string', default: '3' },
      seconds: { type: 'string', default: '20' },
      rounds: { type: 'string', default: '4' },
      seed: { type: 'string', default: '1' },
      'rule-set': { type: 'string', multiple: true, default: [] },
      logs: { type: 'string' },
      through: { type: 'string', default: 'client' },
      json: { type: 'boolean', default: false },
      keep: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return undefined;
  const files = values['rule-set'];
  return {
    players: whole('--players', values.players, 1, 100_000),
    workers: whole('--workers', values.workers, 1, 64),
    seconds: whole('--seconds', values.seconds, 0, 3_600),
    rounds: whole('--rounds', values.rounds, 1, 1_000),
    seed: whole('--seed', values.seed, 0, 2 ** 32 - 1),
    ...(values.logs !== undefined && { logs: resolve(from, values.logs) }),
    through: throughWhat(values.through),
    json: values.json,
    keep: values.keep,
    scenarios:
      files.length === 0
        ? defaultScenarios
        : files.map((file, index) => readScenario(resolve(from, file), index)),
  };
}

function whole(option: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < least || value > most)
    throw new Error(`${option}: ${text} is not a whole number from ${least} to ${most}`);
  return value;
}

/**
 * A rule set file is the bare rule set, or an object that holds it under `ruleSet` beside notes of its own.
 */
function readScenario(file: string, index: number): Scenario {
  const text = readFileSync(file, 'utf8');
  const ruleSet = unwrap(text);
  const loaded = loadRuleSet(ruleSet);
  if (!loaded.ok)
    throw new Error(
      `--rule-set ${file}:\n${loaded.problems.map((it) => `  ${it.path}: ${it.message}`).join('\n')}`,
    );
  return {
    name: `demo-${index + 1}-${basename(file, '.json')
      .replaceAll(/[^a-zA-Z0-9-]/g, '-')
      .slice(0, 80)}`,
    ruleSet,
    requestTimeoutSeconds: 15,
    ladder: 'default',
    partyShares: [1],
  };
}

function unwrap(text: string): string {
  try {
    const outer = JSON.parse(text) as { ruleSet?: unknown };
    return outer.ruleSet === undefined ? text : JSON.stringify(outer.ruleSet);
  } catch {
    // Not plain JSON: rule sets may carry comments, which the loader reads and JSON.parse does not.
    return text;
  }
}

function throughWhat(text: string): DemoOptions['through'] {
  if (text === 'client' || text === 'api') return text;
  throw new Error(`--through ${text}: must be client or api`);
}
