import { execFileSync } from 'node:child_process';
import { cpus } from 'node:os';

/** What a figure has to name: the cores, Node's version, the commit, the day. */
export const machine = (): string =>
  `${cpus().length} × ${cpus()[0]?.model}, Node ${process.version}, commit ${commit()}, ${new Date().toISOString().slice(0, 10)}`;

function commit(): string {
  const git = (...args: string[]) => execFileSync('git', args, { encoding: 'utf8' }).trim();
  return `${git('rev-parse', '--short', 'HEAD')}${git('status', '--porcelain') === '' ? '' : ' with changes'}`;
}
