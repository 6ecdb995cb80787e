import { asNumber, Fields, type Findings, shown } from './fields.ts';
import {
  type AttributeContent,
  type AttributeType,
  attributeTypes,
  type PlayerAttribute,
  ruleSetLimits,
} from './rule-set.ts';

/** `playerAttributes`: names unique, one of four types, a default of that type or none. */
export function readAttributes(root: Fields): PlayerAttribute[] {
  const attributes: PlayerAttribute[] = [];
  for (const { path, value } of root.objects('playerAttributes', ruleSetLimits.attributes)) {
    const attribute = readAttribute(root.findings, path, value);
    if (attribute === undefined) continue;
    if (attributes.some((earlier) => earlier.name === attribute.name))
      root.findings.problem(`${path}.name`, `"${attribute.name}" is declared twice`);
    else attributes.push(attribute);
  }
  return attributes;
}

function readAttribute(findings: Findings, path: string, value: object): PlayerAttribute | undefined {
  const allowed = ['name', 'type', 'default', 'description'];
  const fields = new Fields(findings, path, value, allowed, 'a player attribute');
  const name = fields.text('name');
  const type = fields.choice('type', attributeTypes);
  if (name === undefined || type === undefined) return undefined;
  const found = fields.get('default');
  if (found === undefined) return { name, type };
  const content = contentOf(type, found);
  if (content === undefined) {
    fields.problem('default', `must be ${expected[type]}, found ${shown(found)}`);
    return { name, type };
  }
  return { name, type, default: content };
}

const expected: Record<AttributeType, string> = {
  string: 'a string',
  number: 'a number',
  string_list: 'a list of strings',
  string_number_map: 'an object of numbers',
};

/**
 * `value` as content of a `type` attribute, or undefined when it is of another type. Lists are sets: repeats
 * go.
 */
function contentOf(type: AttributeType, value: unknown): AttributeContent | undefined {
  switch (type) {
    case 'string':
      return typeof value === 'string' ? value : undefined;
    case 'number':
      return Number.isFinite(asNumber(value)) ? asNumber(value) : undefined;
    case 'string_list':
      return Array.isArray(value) && value.every((item) => typeof item === 'string')
        ? [...new Set(value)]
        : undefined;
    case 'string_number_map': {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
      const pairs = Object.entries(value).map(([key, number]) => [key, asNumber(number)] as const);
      return pairs.every(([, number]) => Number.isFinite(number)) ? Object.fromEntries(pairs) : undefined;
    }
  }
}
