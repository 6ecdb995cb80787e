import { Command, InvalidArgumentError, Option } from 'commander';
import {
  checkQuality,
  type QualityTarget,
  quality,
  qualityTarget,
} from '../../jobs/configuration/quality.ts';
import { problemsOf } from '../../jobs/contract.ts';
import { compileRuleSet } from '../../jobs/matchmaking/engine/compile.ts';
import type { FormedMatch } from '../../jobs/matchmaking/engine/match.ts';
import { MatchPool } from '../../jobs/matchmaking/engine/pool.ts';
import { problemLine, problemList } from '../../jobs/problem-list.ts';
import { checkTicket } from '../../jobs/rule-set/check-ticket.ts';
import { loadRuleSet, type RuleSet } from '../../jobs/rule-set/load.ts';
import type { SearchingTicket } from '../../jobs/ticket/ticket.ts';
import { ticketFile, toSearching } from '../../jobs/ticket/ticket-file.ts';
import { RequestError } from '../request-error.ts';
import { withExample } from './examples.ts';
import { readJson, readRuleSetText } from './read-file.ts';

interface MatchOptions {
  readonly ruleSet: string;
  readonly tickets: string;
  readonly now: number;
  readonly seed: number;
  readonly order: 'closest' | 'documented';
  readonly hold: number;
  readonly chance?: number;
  readonly eases: readonly number[];
  readonly explain?: true;
}

const example = `
Example:
  npm run -s cli -- match form --example
  npm run -s cli -- match form --rule-set rule-set.json --tickets tickets.json --now 2026-01-01T00:00:30Z --explain`;

/** Forms matches from files, as a cycle would: no server, the same input gives the same output. */
export function formMatchesCommand(from: string): Command {
  return withExample(new Command('form'), from, 'rule-set.json', 'tickets.json')
    .description('form matches from files as one pass of the engine would; needs no server')
    .requiredOption('--rule-set <file>', 'FlexMatch rule set JSON')
    .requiredOption('--tickets <file>', 'JSON array of tickets in wire form')
    .requiredOption('--now <time>', 'ISO 8601: what time it is for expansions', isoTime)
    .option('--seed <n>', 'decides where the engine has a choice', wholeNumber, 1)
    .addOption(
      new Option('--order <order>', 'who suits the anchor best')
        .choices(['closest', 'documented'])
        .default('closest'),
    )
    .option(
      '--hold <seconds>',
      'how long the oldest ticket of a match below its maximum must have waited',
      wholeNumber,
      0,
    )
    .option(
      '--chance <low>',
      "hold matches back in which a side's chance is lower, e.g. 0.45, by Elo of the rule set's balancedAttribute",
      Number,
    )
    .option(
      '--eases <s,...>',
      'ages of the oldest ticket (seconds) at which that chance eases, and at last ends',
      (text) => text.split(',').map(wholeNumber),
      [30, 60],
    )
    .addHelpText('after', example)
    .option('--explain', 'say of every ticket left waiting what it waits for')
    .action(async (options: MatchOptions) => {
      const ruleSet = await readRuleSet(from, options.ruleSet);
      const tickets = await readTickets(from, options.tickets, ruleSet);
      const engine = compileRuleSet(ruleSet, {
        order: options.order,
        holdMs: options.hold * 1_000,
        quality: targetOf(options, ruleSet),
      });
      const pool = new MatchPool(engine);
      for (const ticket of tickets) pool.add(ticket);
      const { matches } = pool.pass(options.now, options.seed);
      const matched = new Set(matches.flatMap((match) => match.tickets.map((it) => it.ticketId)));
      const waiting = tickets.filter((it) => !matched.has(it.ticketId));
      const result = {
        matches: [...matches].sort((a, b) => anchorTime(a) - anchorTime(b)).map(described),
        waiting: waiting.map((ticket) => ({
          ticketId: ticket.ticketId,
          ...(options.explain && { why: pool.explain(ticket, options.now) }),
        })),
      };
      console.log(JSON.stringify(result, null, 2));
    });
}

const anchorTime = ({ tickets }: FormedMatch): number => Math.min(...tickets.map((it) => it.since));

function described({ teams, tickets, location }: FormedMatch) {
  return {
    teams: Object.fromEntries(teams.map((team) => [team.name, [...team.playerIds].sort()])),
    tickets: tickets.map((it) => it.ticketId).sort(),
    ...(location !== undefined && { location }),
  };
}

/** The quality target that a configuration of these options would have. */
function targetOf({ chance, eases }: MatchOptions, ruleSet: RuleSet): QualityTarget | undefined {
  if (chance === undefined) return undefined;
  const parsed = quality.safeParse({ winChance: [chance, 1 - chance], easesAfterSeconds: eases });
  const asked = { quality: parsed.data, ratingAttributes: {} };
  const problems = parsed.success
    ? checkQuality(asked, ruleSet).map(({ message }) => message)
    : problemsOf(parsed.error);
  if (problems.length > 0)
    throw new RequestError('invalid-request', `--chance, --eases: ${problems.join('; ')}`);
  return qualityTarget(asked, ruleSet);
}

async function readRuleSet(from: string, file: string): Promise<RuleSet> {
  const loaded = loadRuleSet(await readRuleSetText(from, file));
  if (loaded.ok) return loaded.ruleSet;
  const problems = problemList(loaded.problems.map(problemLine));
  throw new RequestError('invalid-request', [`${file} is no rule set:`, ...problems].join('\n'));
}

/** A ticket that lacks an attribute or fits no team just waits; one that breaks a limit makes a bad file. */
async function readTickets(from: string, file: string, ruleSet: RuleSet): Promise<SearchingTicket[]> {
  const parsed = ticketFile.safeParse(await readJson(from, file));
  const problems = parsed.success
    ? parsed.data.flatMap((ticket, index) =>
        checkTicket(ruleSet, ticket)
          .filter((it) => it.path !== 'players')
          .map((it) => `[${index}].${it.path}: ${it.message}`),
      )
    : problemsOf(parsed.error);
  if (!parsed.success || problems.length > 0)
    throw new RequestError(
      'invalid-request',
      [`${file} is no list of tickets:`, ...problemList(problems)].join('\n'),
    );
  return toSearching(parsed.data, Date.parse);
}

function isoTime(text: string): number {
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) throw new InvalidArgumentError('must be ISO 8601, e.g. 2026-01-01T00:00:00Z');
  return ms;
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new InvalidArgumentError('must be a whole number');
  return value;
}
