import { evaluationsOf } from './evaluations.ts';
import { asNumber, Fields, quoted, shown } from './fields.ts';
import type { Scope } from './parse-expression.ts';
import { parseReference } from './read-expressions.ts';
import { expandable } from './read-rules.ts';
import {
  type Expansion,
  type ExpansionStep,
  numberAggregations,
  operations,
  type Rule,
  ruleSetLimits,
  type Team,
} from './rule-set.ts';
import { didYouMean } from './spelling.ts';

const targetForm = /^\s*(rules|teams)\s*\[([^\]]*)\]\s*\.\s*(\w+)\s*$/i;

/** Expansions, under their name in the root: targets that exist and may be relaxed, steps in rising order of wait. */
export function readExpansions(
  root: Fields,
  rules: readonly Rule[],
  teams: readonly Team[],
  scope: Scope,
  property: 'expansions' | 'backfillExpansions' = 'expansions',
): Expansion[] {
  const expansions = root.objects(property, ruleSetLimits.expansions).flatMap(({ path, value }) => {
    const fields = new Fields(root.findings, path, value, ['target', 'steps'], 'an expansion');
    const target = readTarget(fields, rules, teams);
    const steps = fields.objects('steps');
    if (steps.length === 0)
      fields.problem('steps', `must hold at least one step, found ${shown(fields.get('steps'))}`);
    if (target === undefined) return [];
    const read = steps.flatMap((step) => readStep(fields, step.path, step.value, target.property, scope));
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

type Target = Omit<Expansion, 'steps'>;

function readTarget(fields: Fields, rules: readonly Rule[], teams: readonly Team[]): Target | undefined {
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
  property: string,
  scope: Scope,
): ExpansionStep[] {
  const fields = new Fields(owner.findings, path, value, ['waitTimeSeconds', 'value'], 'an expansion step');
  const wait = fields.number('waitTimeSeconds', { min: 0, required: true });
  const read = readValue(fields, property, scope);
  return wait === undefined || read === undefined ? [] : [{ wait: wait * 1000, value: read }];
}

/** The step's value in the terms of the property it sets. */
function readValue(fields: Fields, property: string, scope: Scope): ExpansionStep['value'] | undefined {
  const value = fields.get('value');
  const word = wordChoices[property];
  if (word !== undefined) return fields.choice('value', word);
  if (property === 'referenceValue')
    return value === undefined
      ? fields.problem('value', 'is missing')
      : parseReference(fields, 'value', value, scope, 'listAllowed');
  const number = asNumber(value);
  if (Number.isFinite(number) && number >= 0) return number;
  return fields.problem('value', `must be a number of at least 0, found ${shown(value)}`);
}

const wordChoices: Record<string, readonly string[]> = {
  operation: operations,
  partyAggregation: numberAggregations,
  distanceReference: ['min', 'avg'],
};
