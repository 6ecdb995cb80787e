import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { addProfile, type CpuProfile, type Frame, folded, newFrame } from './profile-stacks.ts';

export const usage = `Where processes spend their time: a table of the CPU profiles in a folder.

  npm run bench -- profile FOLDER [options]

  FOLDER             with what NODE_OPTIONS='--cpu-prof --cpu-prof-dir=FOLDER' wrote, e.g. of the bench \`fleet\`
  --of FILE          which processes: those that ran this file (default workers/process/main.ts); theirs are added up
  --after SECONDS    leave out each process's first seconds, in which it starts (default 5)
  --folded FILE      write the stacks as text, which flame graph viewers read (speedscope.app among them)

Waiting is left out: all that stands there was work. A single .cpuprofile opens in such a viewer as it is.`;

export async function run(args: readonly string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: {
      of: { type: 'string', default: 'workers/process/main.ts' },
      after: { type: 'string', default: '5' },
      folded: { type: 'string' },
    },
    allowPositionals: true,
  });
  const [folder] = positionals;
  if (!folder) throw new Error(`a folder of profiles is needed\n\n${usage}`);
  const here = process.env['INIT_CWD'] ?? '.';
  const all = readProfiles(resolve(here, folder));
  const root = newFrame('all', '');
  let processes = 0;
  for (const profile of all)
    if (addProfile(root, profile, values.of, Number(values.after) * 1e6)) processes++;
  if (processes === 0)
    throw new Error(`none of the ${all.length} profiles in ${folder} is of a process that ran ${values.of}`);
  if (values.folded) writeFileSync(resolve(here, values.folded), folded(root));
  console.log(`${values.of}: ${processes} processes, ${(root.us / 1e6).toFixed(1)} s of work`);
  console.table(widest(root, 15));
}

const readProfiles = (folder: string): CpuProfile[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.cpuprofile'))
    .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as CpuProfile);

/** The functions in which most time went, without what they called. */
function widest(root: Frame, most: number): Record<string, string>[] {
  const self = new Map<string, number>();
  const visit = (frame: Frame) => {
    let own = frame.us;
    for (const child of frame.children.values()) {
      own -= child.us;
      visit(child);
    }
    const name = `${frame.name} ${frame.origin}`;
    self.set(name, (self.get(name) ?? 0) + own);
  };
  visit(root);
  return [...self]
    .sort(([, a], [, b]) => b - a)
    .slice(0, most)
    .map(([name, us]) => ({ function: name, share: `${((100 * us) / root.us).toFixed(1)} %` }));
}
