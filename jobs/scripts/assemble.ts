import { type Short, shortOf, writtenOut } from './written-out.ts';

/** A file of Lua. Errors name its path, from the project's root. */
export interface LuaFile {
  readonly path: string;
  readonly text: string;
}

/**
 * The first argument of every call is a random whole number from 0 up to this, a new one each time: ids are
 * made from it that never come again (`libraries/chain.lua`).
 */
export const freshRange = 2 ** 32;

/** A script as Redis is sent it. */
export interface AssembledScript {
  readonly text: string;
  /**
   * An error of Redis names a line of `text`. Has it name the file and line that this comes from; returns the
   * error.
   */
  readonly locate: (error: unknown) => unknown;
}

interface Line {
  readonly text: string;
  /** `<path>:<line>`; absent for a line that no file has. */
  readonly at?: string;
}

/** A top-level `local` of a library: what it declares, the names in it, its lines. */
interface Definition {
  readonly declares: readonly string[];
  readonly names: ReadonlySet<string>;
  readonly lines: readonly Line[];
}

interface Library {
  readonly uses: readonly string[];
  readonly definitions: readonly Definition[];
  readonly shorts: readonly Short[];
}

/** Puts a script together. */
type Assemble = (script: LuaFile) => AssembledScript;

/**
 * Puts scripts together with the libraries that their headers name: `-- Uses: tickets, events`. A library may
 * name others the same way, in no circle. Of a library a script gets the definitions it names, and those that
 * these name: Lua makes each function anew in every call, and all libraries together cost more than most
 * scripts (`npm run bench -- scripts`). For the same reason a function of one line (see {@link Short}) is
 * written out where it is called, and what a script with `-- Rarely: cancel` in its header needs for `cancel`
 * alone is made when that is called. A script with `-- Flags: allow-oom` in its header may write when Redis
 * is full.
 *
 * `read` finds a library by its name; what it throws for an unknown one is thrown on. A circle throws too.
 */
export function openAssembler(read: (name: string) => LuaFile): Assemble {
  const libraries = new Map<string, Library>();
  /** The libraries that are being read, each used by the one before it. */
  const users: string[] = [];
  const find = (name: string): Library => {
    const known = libraries.get(name);
    if (known) return known;
    if (users.includes(name)) throw new Error(`Lua libraries use each other: ${[...users, name].join(', ')}`);
    users.push(name);
    const file = read(name);
    const library = readLibrary(file, shortsOf(inOrder(headerOf(file, 'Uses'), find)));
    users.pop();
    libraries.set(name, library);
    return library;
  };

  return (script) => {
    const used = inOrder(headerOf(script, 'Uses'), find);
    const own = inShort(linesOf(script), shortsOf(used));
    const names = own.flatMap((line) => namesIn(line.text));
    const definitions = used.flatMap((it) => it.definitions);
    const { reached, collects } = reach(definitions, names);
    const rarely = headerOf(script, 'Rarely');
    const often = reach(definitions, collects ? [...names, 'run'] : names, rarely).reached;
    const rare = [...reached].filter((it) => !often.has(it));
    const flags = headerOf(script, 'Flags');
    const lines: Line[] = [
      ...(flags.length > 0 ? [{ text: `#!lua flags=${flags.join(',')}` }] : []),
      ...withRare(
        [...often].flatMap((it) => it.lines),
        rare.flatMap((it) => it.lines),
        rarely,
      ),
      ...(collects ? [{ text: 'return run(function()' }, ...own, { text: 'end)' }] : own),
    ];
    return { text: lines.map((line) => line.text).join('\n'), locate: (error) => locate(error, lines) };
  };
}

/**
 * Of definitions, in their order, those that these names ask for, and those that they ask for; none that
 * declares a name of `without`. `collects`: something is left for the end, which `run` does after the script.
 */
function reach(
  definitions: readonly Definition[],
  names: readonly string[],
  without: readonly string[] = [],
) {
  const wanted = new Set(names);
  const reached: Definition[] = [];
  let collects = false;
  // A definition names only earlier ones, so one pass from the last to the first finds all that are wanted.
  for (const definition of definitions.toReversed()) {
    const isWanted = definition.declares.some((name) => wanted.has(name) && !without.includes(name));
    if (!isWanted) continue;
    reached.unshift(definition);
    for (const name of definition.names) wanted.add(name);
    collects ||= definition.declares.some((name) => name === 'before_end' || name === 'at_end');
    if (collects) wanted.add('run');
  }
  return { reached: new Set(reached), collects };
}

/** What only the functions `rarely` need is made, with them, when the first of them is called. */
function withRare(often: readonly Line[], rare: readonly Line[], rarely: readonly string[]): Line[] {
  if (rare.length === 0) return [...often];
  const made = rarely.map((name) => `made_${name}`).join(', ');
  return [
    { text: `local make_rare, ${made}` },
    ...rarely.map((name) => ({
      text: `local function ${name}(...) if not made_${name} then make_rare() end return made_${name}(...) end`,
    })),
    ...often,
    { text: 'make_rare = function()' },
    ...rare,
    { text: `${made} = ${rarely.join(', ')} end` },
  ];
}

/** What a line `-- <word>: a, b` of a file's header lists; nothing where there is none. */
export const headerOf = ({ text }: LuaFile, word: string): string[] =>
  new RegExp(`^-- ${word}: (.+)$`, 'm').exec(text)?.[1]?.split(', ') ?? [];

/** The libraries named, and those that they use, each after what it uses itself. */
function inOrder(names: readonly string[], find: (name: string) => Library): Library[] {
  const found = new Set<Library>();
  const visit = (name: string): void => {
    const library = find(name);
    if (found.has(library)) return;
    for (const used of library.uses) visit(used);
    found.add(library);
  };
  for (const name of names) visit(name);
  return [...found];
}

const shortsOf = (used: readonly Library[]): Short[] => used.flatMap((it) => it.shorts);

const inShort = (lines: readonly Line[], shorts: readonly Short[]): Line[] =>
  lines.map((line) => ({ ...line, text: writtenOut(line.text, shorts) }));

/** `others`: the functions of one line of the libraries that it uses. */
function readLibrary(file: LuaFile, others: readonly Short[]): Library {
  const definitions: { declares: string[]; names: Set<string>; lines: Line[] }[] = [];
  const shorts: Short[] = [];
  for (const written of linesOf(file)) {
    const line = { ...written, text: writtenOut(written.text, [...others, ...shorts]) };
    shorts.push(...shortOf(line.text));
    const [, declared] = /^local (?:function )?(\w+(?:, \w+)*)/.exec(line.text) ?? [];
    if (declared) definitions.push({ declares: declared.split(', '), names: new Set(), lines: [] });
    const definition = definitions.at(-1);
    definition?.lines.push(line);
    for (const name of namesIn(line.text)) definition?.names.add(name);
  }
  return { uses: headerOf(file, 'Uses'), definitions, shorts };
}

/** The names in Lua text that a definition may have: no words of comments and texts, and no fields. */
const namesIn = (text: string): string[] =>
  text
    .replaceAll(/'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"/g, "''")
    .replaceAll(/--.*$/gm, '')
    .match(/(?<!\w|(?<!\.)\.)[A-Za-z_]\w*/g) ?? [];

/** The lines of a file with code in them. */
const linesOf = ({ path, text }: LuaFile): Line[] =>
  text
    .split('\n')
    .map((line, at) => ({ text: line, at: `${path}:${at + 1}` }))
    .filter((line) => !/^\s*(?:--.*)?$/.test(line.text));

function locate(error: unknown, lines: readonly Line[]): unknown {
  if (!(error instanceof Error)) return error;
  const message = located(error.message, lines);
  error.stack = error.stack?.replace(error.message, () => message) ?? '';
  error.message = message;
  return error;
}

/**
 * Redis says `<CODE> user_script:<line>: <what> script: <digest>, on @user_script:<line>.`, the first place
 * only where Lua itself failed. The code is ERR then, which says nothing. Any other code stays in front,
 * where callers look for it.
 */
function located(message: string, lines: readonly Line[]): string {
  const [, line] = /user_script:(\d+)/.exec(message) ?? [];
  const at = line && lines[Number(line) - 1]?.at;
  if (!at) return message;
  const [, code = '', rest = ''] = /^(?:ERR |([A-Z]+ ))?(.*)$/s.exec(message) ?? [];
  const what = rest.replace(/ script: (?:\w+, )?on @user_script:\d+\.$/, '').replace(/user_script:\d+: /, '');
  return `${code}${at}: ${what}`;
}
