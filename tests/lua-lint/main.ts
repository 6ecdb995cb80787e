/** Part of `npm run lint`: says what is wrong in the project's Lua, and fails when something is. */

import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { faultsOf } from './faults.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (pattern: string) =>
  globSync(pattern, { cwd: root })
    .sort()
    .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));

const libraries = read('jobs/scripts/libraries/*.lua');
const scripts = read('{jobs,producers,workers}/**/scripts/*.lua');
const faults = faultsOf(scripts, new Map(libraries.map((file) => [basename(file.path, '.lua'), file])));
for (const fault of faults) console.error(fault);
console.log(`Lua: ${scripts.length} scripts, ${libraries.length} libraries, ${faults.length} faults`);
process.exitCode = faults.length === 0 ? 0 : 1;
