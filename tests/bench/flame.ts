import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { drawFlames } from './flame-picture.ts';
import { addProfile, type CpuProfile, type Frame, newFrame } from './flame-stacks.ts';
import { writePicture } from './write-picture.ts';

export const usage = `Where processes spend their time: a flame graph of the CPU profiles in a folder, as a picture.

  npm run bench -- flame --profiles FOLDER --svg FILE [options]

  --profiles FOLDER  with what NODE_OPTIONS='--cpu-prof --cpu-prof-dir=FOLDER' wrote, e.g. of the bench \`fleet\`
  --of FILE          which processes: those that ran this file (default workers/process/main.ts); theirs are added up
  --after SECONDS    leave out each process's first seconds, in which it starts (default 5)
  --least SHARE      frames below this share of the time are left out, % (default 0.5)
  --title TEXT       written above it
  --svg FILE         where to write the picture

Waiting is left out: all that stands there was work. The widest frames are printed as a table too.`;

export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      profiles: { type: 'string' },
      of: { type: 'string', default: 'workers/process/main.ts' },
      after: { type: 'string', default: '5' },
      least: { type: 'string', default: '0.5' },
      title: { type: 'string', default: '' },
      svg: { type: 'string' },
    },
  });
  if (!values.profiles || !values.svg)
    throw new Error('flame needs --profiles FOLDER and --svg FILE; see --help');
  const all = readProfiles(resolve(process.env['INIT_CWD'] ?? '.', values.profiles));
  const root = newFrame('all', '');
  let processes = 0;
  for (const profile of all)
    if (addProfile(root, profile, values.of, Number(values.after) * 1e6)) processes++;
  if (processes === 0)
    throw new Error(
      `none of the ${all.length} profiles in ${values.profiles} is of a process that ran ${values.of}`,
    );
  const seconds = (root.us / 1e6).toFixed(1);
  const title = `${values.title || values.of}: ${processes} processes, ${seconds} s of work`;
  writePicture(values.svg, drawFlames(root, title, Number(values.least) / 100));
  console.log(title);
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
