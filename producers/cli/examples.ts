import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Command, CommanderError } from 'commander';
import { RequestError } from '../request-error.ts';

const ruleSet = {
  name: 'duel',
  ruleLanguageVersion: '1.0',
  playerAttributes: [{ name: 'skill', type: 'number', default: 1500 }],
  teams: [
    { name: 'red', minPlayers: 1, maxPlayers: 1 },
    { name: 'blue', minPlayers: 1, maxPlayers: 1 },
  ],
  rules: [
    {
      name: 'CloseSkill',
      type: 'distance',
      measurements: ['max(flatten(teams[*].players.attributes[skill]))'],
      referenceValue: 'min(flatten(teams[*].players.attributes[skill]))',
      maxDistance: 100,
    },
  ],
  expansions: [{ target: 'rules[CloseSkill].maxDistance', steps: [{ waitTimeSeconds: 10, value: 300 }] }],
};

const player = (playerId: string, skill: number) => ({ playerId, attributes: { skill: { N: skill } } });

/** A file of each kind to start from; together they are one game. */
export const examples = {
  'rule-set.json': ruleSet,
  'configuration.json': { name: 'duel', ruleSetName: 'duel', requestTimeoutSeconds: 60, ladder: 'default' },
  'ladder.json': { sideAdvantage: 0, seasonKeeps: 0.75 },
  'ticket.json': { configuration: 'duel', players: [player('ann', 1520)] },
  'tickets.json': [
    { ticketId: 'first', startTime: '2026-01-01T00:00:00Z', players: [player('ann', 1520)] },
    { ticketId: 'second', startTime: '2026-01-01T00:00:05Z', players: [player('bob', 1480)] },
    { ticketId: 'third', startTime: '2026-01-01T00:00:09Z', players: [player('eve', 2100)] },
  ],
  'result.json': {
    matchId: 'the-id-of-the-match',
    teams: [
      { name: 'red', rank: 1 },
      { name: 'blue', rank: 2 },
    ],
  },
} as const;
export type ExampleFile = keyof typeof examples;

/**
 * Gives a command the option `--example`: it writes files that the command takes into the caller's folder and
 * does nothing else, whatever other arguments are missing. A file that is there is not replaced.
 */
export function withExample(command: Command, from: string, ...names: readonly ExampleFile[]): Command {
  return command
    .option('--example', `only write ${names.join(' and ')} to start from into this folder`)
    .on('option:example', () => {
      for (const name of names) write(from, name);
      console.log(`wrote ${names.join(' and ')}`);
      throw new CommanderError(0, 'example', '');
    });
}

function write(from: string, name: ExampleFile): void {
  try {
    writeFileSync(resolve(from, name), `${JSON.stringify(examples[name], null, 2)}\n`, { flag: 'wx' });
  } catch (error) {
    throw new RequestError('invalid-request', `could not write ${name}: ${(error as Error).message}`, {
      cause: error,
    });
  }
}
