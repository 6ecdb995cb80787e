import { evaluationsOf } from './evaluations.ts';
import { Fields, quoted, shown } from './fields.ts';
import type { Scope } from './parse-expression.ts';
import { itemOf, parseReference } from './read-expressions.ts';
import { expandable, isOrdering, unordered } from './read-rules.ts';
import {
  collectionOperations,
  distanceReferences,
  type Expansion,
  type ExpansionStep,
  listAggregations,
  numberAggregations,
  operations,
  type Rule,
  type RulesRead,
  ruleSetLimits,
  type Team,
} from './rule-set.ts';
import { didYouMean } from './spelling.ts';

const targetForm = /^\s*(rules|teams)\s*\[([^\]]*)\]\s*\.\s*(\w+)\s*$/i;

/**
 * Expansions, under their name in the root: targets that exist and may be relaxed, steps in rising order of
 * wait.
 */
export function readExpansions(
  root: Fields,
  known: Known,
  scope: Scope,
  property: 'expansions' | 'backfillExpansions' = 'expansions',
): Expansion[] {
  const { rules } = known;
  const expansions = root.objects(property, ruleSetLimits.expansions).flatMap(({ path, value }) => {
    const fields = new Fields(root.findings, path, value, ['target', 'steps'], 'an expansion');
    const target = readTarget(fields, known);
    const steps = fields.objects('steps');
    if (steps.length === 0)
      fields.problem('steps', `must hold at least one step, found ${shown(fields.get('steps'))}`);
    if (target === undefined) return [];
    const read = steps.flatMap((step) => readStep(fields, step.path, step.value, target, rules, scope));
    read.forEach((step, index) => {
      if (index > 0 && step.wait <= (read[index - 1]?.wait ?? 0))
        fields.problem(
          `steps[${index}].waitTimeSeconds`,
          `must be later than the step before it (${(read[index - 1]?.wait ?? 0) / 1000} s; waits are absolute), found ${step.wait / 1000}`,
        );
    });
    return [{ ...target, steps: read }];
  });
  const stages = 1 + new Set(expansions.flatMap(({ steps }) => steps.map(({ wait }) => wait))).size;
  const { stages: most, evaluationsOverStages } = ruleSetLimits;
  if (stages > most)
    root.problem(property, `make ${stages} stages of the rule set, at most ${most} are allowed`);
  const evaluations = stages * evaluationsOf(rules);
  if (evaluations > evaluationsOverStages)
    root.problem(
      property,
      `make ${stages} stages of rules that are evaluated ${evaluations} times over all of them; at most ${evaluationsOverStages} are allowed`,
    );
  return expansions;
}

/** What an expansion may name. */
interface Known extends RulesRead {
  readonly teams: readonly Team[];
}

type Target = Omit<Expansion, 'steps'>;

function readTarget(fields: Fields, { rules, teams, broken }: Known): Target | undefined {
  const text = fields.text('target');
  if (text === undefined) return undefined;
  const [, kind, selector = '', property = ''] = targetForm.exec(text) ?? [];
  if (kind === undefined)
    return fields.problem(
      'target',
      `must be rules[Name].property or teams[Name].property, found ${shown(text)}`,
    );
  const of = kind.toLowerCase() === 'rules' ? 'rules' : 'teams';
  const known: readonly { name: string }[] = of === 'rules' ? rules : teams;
  const found = [...new Set(selector.split(',').map((name) => name.trim()))];
  const names = found.includes('*') ? known.map(({ name }) => name) : found;
  if (of === 'rules' && names.some((name) => broken.has(name))) return undefined;
  const resolved = names.map((name) => {
    const allowed = of === 'teams' ? ['minPlayers', 'maxPlayers'] : allowedFor(name, rules);
    if (allowed === undefined) {
      const all = known.map((entry) => entry.name);
      return fields.problem(
        'target',
        `there is no ${of === 'rules' ? 'rule' : 'team'} "${name}"${didYouMean(name, all)}; there are ${quoted(all) || 'none'}`,
      );
    }
    if (of === 'teams' && !teams.some((team) => team.name === name))
      return fields.problem(
        'target',
        `there is no team "${name}"${didYouMean(
          name,
          teams.map((team) => team.name),
        )}; an expansion names teams as declared, for all instances at once`,
      );
    const exact = allowed.find((candidate) => candidate.toLowerCase() === property.toLowerCase());
    if (exact === undefined)
      return fields.problem(
        'target',
        `"${property}" of "${name}" cannot be expanded${didYouMean(property, allowed)}; it has ${quoted(allowed) || 'nothing that can'}`,
      );
    return exact;
  });
  const [exact] = resolved;
  return exact === undefined || resolved.includes(undefined) ? undefined : { of, names, property: exact };
}

function allowedFor(name: string, rules: readonly Rule[]): string[] | undefined {
  const rule = rules.find((candidate) => candidate.name === name);
  return rule === undefined ? undefined : expandable(rule.type);
}

function readStep(
  owner: Fields,
  path: string,
  value: object,
  target: Target,
  rules: readonly Rule[],
  scope: Scope,
): ExpansionStep[] {
  const fields = new Fields(owner.findings, path, value, ['waitTimeSeconds', 'value'], 'an expansion step');
  const wait = fields.number('waitTimeSeconds', { min: 0, required: true });
  const before = fields.findings.problems.length;
  const named = target.of === 'rules' ? rules.filter(({ name }) => target.names.includes(name)) : [undefined];
  const values = named.map((rule) => readValue(fields, target.property, rule, scope));
  const [read] = values;
  if (wait === undefined || read === undefined || fields.findings.problems.length > before) return [];
  if (new Set(values.map((each) => JSON.stringify(each))).size > 1) {
    fields.problem(
      'value',
      'means a number to some of the rules and a string to others; give each an expansion',
    );
    return [];
  }
  return [{ wait: wait * 1000, value: read }];
}

const counts = ['minCount', 'maxCount', 'minPlayers', 'maxPlayers'];

/** The step's value, read as the property itself is in this rule (or, without a rule, in a team). */
function readValue(
  fields: Fields,
  property: string,
  rule: Rule | undefined,
  scope: Scope,
): ExpansionStep['value'] | undefined {
  const collects = rule?.type === 'collection';
  if (property === 'operation' && rule?.type === 'comparison') {
    const operation = fields.choice('value', operations);
    if (operation === undefined || !isOrdering(operation)) return operation;
    if (rule.referenceValue === undefined)
      return fields.problem('value', `must be "=" or "!=": "${rule.name}" has no referenceValue`);
    return itemOf(rule.measurements) === 'number' ? operation : fields.problem('value', unordered(operation));
  }
  if (property === 'operation') return fields.choice('value', collectionOperations);
  if (property === 'partyAggregation')
    return fields.choice<string>('value', collects ? listAggregations : numberAggregations);
  if (property === 'distanceReference') return fields.choice('value', distanceReferences);
  const value = fields.get('value');
  if (property === 'referenceValue') {
    if (value === undefined) return fields.problem('value', 'is missing');
    const measured = rule !== undefined && 'measurements' in rule ? itemOf(rule.measurements) : undefined;
    return parseReference(fields, 'value', value, scope, { item: measured ?? 'string', lists: collects });
  }
  return fields.number('value', { min: 0, whole: counts.includes(property), required: true });
}
