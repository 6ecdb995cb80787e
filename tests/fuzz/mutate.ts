import type { Chance } from '../../infra/local/demo/random.ts';

const deep = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);

/**
 * Values that have broken somebody's program before, as JSON text; `__proto__` is a key like any other there.
 */
const hostile: readonly string[] = [
  'null',
  'true',
  '0',
  '-0',
  '-1',
  '1e308',
  '9007199254740993',
  '0.1',
  '""',
  '"\\u0000"',
  '"\\ud800"',
  '"__proto__"',
  '"constructor"',
  '"toString"',
  '"{main.matchmaking}:clock"',
  '"%s%d%n"',
  '"$where"',
  '[]',
  '{}',
  '[[]]',
  '{"__proto__":{"polluted":1}}',
  '{"constructor":{"prototype":{"polluted":1}}}',
  '{"$gt":""}',
  '{"length":1e9}',
  deep(500),
  `"${'a'.repeat(5_000)}"`,
  `[${Array.from({ length: 300 }, () => '0').join(',')}]`,
];
const hostileKeys = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  '',
  'items',
  'kind',
  '$set',
  'a.b',
  '\u0000',
];
const hostileText = [
  '"',
  '\\',
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '(',
  ')',
  '*',
  '//',
  '/*',
  'e9',
  '-',
  '\u0000',
  '\ud800',
  '[*]',
  'players',
  ' ',
];

/** JSON text with one to four of its values replaced, repeated, dropped or renamed. */
export function mutateJson(value: unknown, random: Chance): string {
  let text = JSON.stringify(value);
  for (let times = 1 + Math.floor(random.uniform() * 4); times > 0; times--)
    text = JSON.stringify(mutateValue(JSON.parse(text), random));
  return text;
}

function mutateValue(value: unknown, random: Chance): unknown {
  const isLeaf = typeof value !== 'object' || value === null;
  if (isLeaf || random.uniform() < 0.1) return JSON.parse(random.pick(hostile));
  if (Array.isArray(value)) return mutateList(value, random);
  const entries = Object.entries(value);
  const at = Math.floor(random.uniform() * (entries.length + 1));
  const [key, content] = entries[at] ?? [random.pick(hostileKeys), JSON.parse(random.pick(hostile))];
  const roll = random.uniform();
  if (roll < 0.1) entries.splice(at, 1);
  else if (roll < 0.2) entries[at] = [random.pick(hostileKeys), content];
  else entries[at] = [key, mutateValue(content, random)];
  return Object.fromEntries(entries);
}

function mutateList(list: readonly unknown[], random: Chance): unknown {
  if (list.length === 0) return [JSON.parse(random.pick(hostile))];
  const at = Math.floor(random.uniform() * list.length);
  const roll = random.uniform();
  if (roll < 0.15) return list.toSpliced(at, 1);
  if (roll < 0.3) return [...list, ...list];
  return list.with(at, mutateValue(list[at], random));
}

/** Text with one to six pieces cut out, doubled, or replaced by what means something to a parser. */
export function mutateText(text: string, random: Chance): string {
  let mutated = text;
  for (let times = 1 + Math.floor(random.uniform() * 6); times > 0; times--) {
    const from = Math.floor(random.uniform() * (mutated.length + 1));
    const to = Math.min(mutated.length, from + Math.floor(random.uniform() ** 3 * 40));
    const piece = mutated.slice(from, to);
    const instead = random.pick([
      '',
      piece + piece,
      random.pick(hostileText),
      random.pick(hostileText).repeat(50),
    ]);
    mutated = mutated.slice(0, from) + instead + mutated.slice(to);
  }
  return mutated;
}

/** Bytes with one to eight of them changed, a piece cut out, or the whole cut short. */
export function mutateBytes(bytes: Buffer, random: Chance): Buffer {
  const mutated = Buffer.from(bytes);
  for (let times = 1 + Math.floor(random.uniform() * 8); times > 0 && mutated.length > 0; times--)
    mutated[Math.floor(random.uniform() * mutated.length)] = random.pick([
      0,
      1,
      0x7f,
      0x80,
      0xff,
      Math.floor(random.uniform() * 256),
    ]);
  const roll = random.uniform();
  if (roll < 0.2) return mutated.subarray(0, Math.floor(random.uniform() * mutated.length));
  if (roll < 0.3) return Buffer.concat([mutated, mutated]);
  return mutated;
}
