import { headerOf, type LuaFile } from '../../jobs/scripts/assemble.ts';
import { type Names, namesOf } from './scopes.ts';

/** What Redis gives a script. */
const given = new Set(
  'KEYS ARGV redis cjson string table math error ipairs next pairs pcall rawget rawset setmetatable tonumber type unpack'.split(
    ' ',
  ),
);

type Read = { readonly file: LuaFile; readonly names: Names };

/**
 * What is wrong in scripts and the libraries that they may use, by their names; each as `<path>:<line>:
 * <what>`.
 */
export function faultsOf(scripts: readonly LuaFile[], libraries: ReadonlyMap<string, LuaFile>): string[] {
  const faults: string[] = [];
  const read = (file: LuaFile): Read[] => {
    try {
      return [{ file, names: namesOf(file.text) }];
    } catch (error) {
      const [, line = '1', what = String(error)] = /^\[(\d+):\d+\] (.*)/.exec((error as Error).message) ?? [];
      faults.push(`${file.path}:${line}: ${what}`);
      return [];
    }
  };
  const known = new Map(
    [...libraries].flatMap(([name, file]) => read(file).map((it) => [name, it] as const)),
  );
  const own = scripts.flatMap(read);
  const all = [...known.values(), ...own];
  const usedElsewhere = new Set(all.flatMap(({ names }) => names.free.map((it) => it.name)));

  for (const it of all) faults.push(...faultsOfNames(it, known));
  for (const { file, names } of known.values())
    faults.push(...faultsOfLibrary({ file, names }, (name) => usedElsewhere.has(name)));
  for (const { file, names } of own)
    for (const { name, line, used } of names.top)
      if (!used) faults.push(`${file.path}:${line}: ${name} is not used`);
  return [...faults, ...twins([...known.values()])];
}

/** Of one file: names that it does not know, locals and libraries that it does not use. */
function faultsOfNames({ file, names }: Read, known: ReadonlyMap<string, Read>): string[] {
  const faults: string[] = [];
  const offered = new Set<string>();
  for (const use of headerOf(file, 'Uses')) {
    const library = known.get(use);
    if (!library) {
      faults.push(`${file.path}:1: Uses names ${use}, and there is no such library`);
      continue;
    }
    const offers = offersOf(library);
    if (!names.free.some(({ name }) => offers.includes(name)))
      faults.push(`${file.path}:1: Uses names ${use}, of which nothing is used`);
    for (const name of offers) offered.add(name);
  }
  for (const name of headerOf(file, 'Rarely'))
    if (![...known.values()].some((library) => library.names.top.some((it) => it.name === name)))
      faults.push(`${file.path}:1: Rarely names ${name}, which no library has`);
  for (const { name, line } of names.free)
    if (!given.has(name) && !offered.has(name))
      faults.push(`${file.path}:${line}: ${name} is not declared, nor offered by a library that Uses names`);
  for (const { name, line } of names.unused) faults.push(`${file.path}:${line}: ${name} is not used`);
  return faults;
}

/**
 * Of a library: statements that the assembler cannot take apart, what it offers and does not have, and what
 * nobody uses.
 */
function faultsOfLibrary({ file, names }: Read, usedElsewhere: (name: string) => boolean): string[] {
  const declared = names.top.map((it) => it.name);
  const offers = offersOf({ file, names });
  return [
    ...names.statements.map(
      (line) => `${file.path}:${line}: a library has nothing but locals at its top level`,
    ),
    ...headerOf(file, 'Offers')
      .filter((offer) => !declared.some((name) => matches(offer, name)))
      .map((offer) => `${file.path}:1: Offers names ${offer}, which is not declared`),
    ...names.top
      .filter(({ name, used }) => !used && !(offers.includes(name) && usedElsewhere(name)) && name !== 'run')
      .map(({ name, line }) => `${file.path}:${line}: ${name} is used by nobody`),
  ];
}

/** Libraries share one scope: a name that two of them declare would hide the first. */
function twins(libraries: readonly Read[]): string[] {
  const first = new Map<string, string>();
  return libraries.flatMap(({ file, names }) =>
    names.top.flatMap(({ name, line }) => {
      const other = first.get(name);
      first.set(name, other ?? file.path);
      return other ? [`${file.path}:${line}: ${name} is declared in ${other} too`] : [];
    }),
  );
}

const offersOf = ({ file, names }: Read): string[] => {
  const offers = headerOf(file, 'Offers');
  return names.top.map((it) => it.name).filter((name) => offers.some((offer) => matches(offer, name)));
};

/** `*_key` stands for every name that ends so. */
const matches = (offer: string, name: string): boolean =>
  offer.startsWith('*') ? name.endsWith(offer.slice(1)) : offer === name;
