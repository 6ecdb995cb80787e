import type { Problem } from '../problem-list.ts';
import { doubtsAbout } from './doubts.ts';
import { Fields, Findings, shown } from './fields.ts';
import { parseJson } from './json.ts';
import type { Scope } from './parse-expression.ts';
import { readAlgorithm } from './read-algorithm.ts';
import { readAttributes } from './read-attributes.ts';
import { readExpansions } from './read-expansions.ts';
import { readRules } from './read-rules.ts';
import { readTeams } from './read-teams.ts';
import { instanceNames, largestMatch, matchSizes, type RuleSet, type Team } from './rule-set.ts';

export type { RuleSet } from './rule-set.ts';

/** The API's bound on a rule-set body, in characters. */
const bodyLimit = 65_535;

export type LoadedRuleSet =
  | { readonly ok: true; readonly ruleSet: RuleSet; readonly warnings: readonly Problem[] }
  | { readonly ok: false; readonly problems: readonly Problem[]; readonly warnings: readonly Problem[] };

/**
 * Reads a FlexMatch rule set as JSON text. Everything wrong with it is reported at once. As lenient as
 * FlexMatch itself is in practice: comments, numbers as strings, a bare `measurements` string, a missing name
 * or no rules load.
 */
export function loadRuleSet(body: string): LoadedRuleSet {
  const findings = new Findings();
  const ruleSet = readBody(body, findings);
  const { problems, warnings } = findings;
  if (ruleSet === undefined || problems.length > 0) return { ok: false, problems, warnings };
  return { ok: true, ruleSet, warnings: [...warnings, ...doubtsAbout(ruleSet)] };
}

const properties = [
  'name',
  'ruleLanguageVersion',
  'playerAttributes',
  'algorithm',
  'teams',
  'rules',
  'expansions',
];

function readBody(body: string, findings: Findings): RuleSet | undefined {
  if (body.length < 1 || body.length > bodyLimit) {
    findings.problem('', `must be 1 to ${bodyLimit} characters long, found ${body.length}`);
    return undefined;
  }
  const json = parseJson(body);
  if (!json.ok || typeof json.value !== 'object' || json.value === null || Array.isArray(json.value)) {
    findings.problem('', json.ok ? `must be an object, found ${shown(json.value)}` : json.message);
    return undefined;
  }
  const root = new Fields(findings, '', json.value, properties, 'a rule set');
  const version = root.get('ruleLanguageVersion');
  if (version !== '1.0' && version !== 1)
    root.problem('ruleLanguageVersion', `must be "1.0", found ${shown(version)}`);
  const name = root.get('name') ?? '';
  if (typeof name !== 'string') root.problem('name', `must be a string, found ${shown(name)}`);
  const attributes = readAttributes(root);
  const teams = readTeams(root);
  const large = largestMatch(teams) > matchSizes.small;
  const algorithm = readAlgorithm(root, attributes, large);
  const scope = scopeOf(teams, attributes);
  const { rules, broken } = readRules(root, scope, large);
  const expansions = readExpansions(root, { rules, teams, broken }, scope);
  return { name: typeof name === 'string' ? name : '', attributes, teams, rules, expansions, algorithm };
}

/**
 * Reads a rule set together with the expansions that a configuration sets beside it for matches with a
 * backfill ticket.
 */
export function loadRuleSetWith(body: string, backfillExpansions?: readonly unknown[]): LoadedRuleSet {
  const loaded = loadRuleSet(body);
  return loaded.ok && backfillExpansions ? expandedBy(loaded.ruleSet, backfillExpansions) : loaded;
}

function expandedBy(ruleSet: RuleSet, expansions: readonly unknown[]): LoadedRuleSet {
  const findings = new Findings();
  const { rules, teams, attributes } = ruleSet;
  const known = { rules, teams, broken: new Set<string>() };
  const root = new Fields(
    findings,
    '',
    { backfillExpansions: expansions },
    ['backfillExpansions'],
    'a configuration',
  );
  const read = readExpansions(root, known, scopeOf(teams, attributes), 'backfillExpansions');
  const { problems, warnings } = findings;
  if (problems.length > 0) return { ok: false, problems, warnings };
  return { ok: true, ruleSet: { ...ruleSet, backfillExpansions: read }, warnings };
}

const scopeOf = (teams: readonly Team[], attributes: RuleSet['attributes']): Scope => ({
  instances: instancesByName(teams),
  attributes: new Map(attributes.map((attribute) => [attribute.name, attribute])),
  largestParty: Math.max(0, ...teams.map(({ maxPlayers }) => maxPlayers)),
});

/** Team names and instance names alike lead to instance names. */
function instancesByName(teams: readonly Team[]): Map<string, readonly string[]> {
  const instances = new Map<string, readonly string[]>();
  for (const team of teams) {
    const names = instanceNames(team);
    instances.set(team.name, names);
    for (const name of names) if (!instances.has(name)) instances.set(name, [name]);
  }
  return instances;
}
