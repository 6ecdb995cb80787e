import { globSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type LuaFile, openAssembler } from '../../jobs/scripts/assemble.ts';
import { workerScript } from '../../workers/pool/script.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const read = (path: string): LuaFile => ({ path, text: readFileSync(root + path, 'utf8') });
const libraryPath = (name: string) => `jobs/scripts/libraries/${name}.lua`;

const ownPath = (name: string) => {
  const [path] = globSync(`{jobs,workers/pool}/scripts/${name}.lua`, { cwd: root });
  if (!path) throw new Error(`there is no script ${name}`);
  return path;
};

/** A script as the fleet sends it. */
export const sentScript = (name: string): string => workerScript(name).text;

/** Every definition of every library, in an order in which each comes after those it names. */
function allDefinitions(): string {
  const names = globSync(libraryPath('*'), { cwd: root }).map((path) => basename(path, '.lua'));
  const declared = names.flatMap((name) =>
    [...read(libraryPath(name)).text.matchAll(/^local (?:function )?(\w+(?:, \w+)*)/gm)].map((it) => it[1]),
  );
  const everything = { path: 'all.lua', text: `-- Uses: ${names.join(', ')}\nreturn ${declared.join(', ')}` };
  const assemble = openAssembler((name) => read(libraryPath(name)));
  const { text } = assemble(everything);
  return text.slice(0, text.indexOf('\nreturn run('));
}

const running = (name: string) => `return run(function()\n${read(ownPath(name)).text}\nend)`;

/** A script with all of the libraries before it. */
export const wholeScript = (name: string): string => `${allDefinitions()}\n${running(name)}`;

/**
 * The scripts as a FUNCTION library, `<script>_<version>` each. What a script keeps while it runs is a local of a library,
 * and stays there from call to call in a FUNCTION library: `begin` sets it anew.
 */
export function functionLibrary(names: readonly string[], version: number): string {
  const state: string[] = [];
  const definitions = allDefinitions().replaceAll(
    /^local (?!function |[A-SU-Z]|TERMINAL)(\w+(?:, \w+)*)(?: = (.*))?$/gm,
    (_line, declared: string, values = 'nil') => {
      state.push(`  ${declared} = ${values}`);
      return `local ${declared}`;
    },
  );
  return [
    `#!lua name=fleet_${version}`,
    'local KEYS, ARGV',
    definitions,
    `local function begin(keys, argv)\n  KEYS, ARGV = keys, argv\n${state.join('\n')}\nend`,
    ...names.map(
      (name) =>
        `redis.register_function('${name}_${version}', function(keys, argv)\nbegin(keys, argv)\n${running(name)}\nend)`,
    ),
  ].join('\n');
}
