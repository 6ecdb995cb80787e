import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/**
 * The mirror this machine installs its own Debian from: reachable wherever the machine stands. Where it does
 * not install from one (Ubuntu, mirror lists), `DEBIAN_MIRROR` has to name it.
 */
export async function debianMirror({ DEBIAN_MIRROR }: NodeJS.ProcessEnv): Promise<string> {
  if (DEBIAN_MIRROR) return DEBIAN_MIRROR;
  const release = await readFile('/etc/os-release', 'utf8');
  const codename = /^VERSION_CODENAME=(.+)$/m.exec(release)?.[1];
  if (!/^ID=debian$/m.test(release) || codename === undefined) throw unknownMirror();
  const { stdout } = await execute('apt-get', [
    ...['indextargets', '--format', '$(RELEASE) $(COMPONENT) $(REPO_URI)', 'Created-By: Packages'],
  ]);
  const sources = stdout.split('\n').map((line) => line.split(' '));
  const own = sources.find(
    ([suite, component, uri]) => suite === codename && component === 'main' && uri?.startsWith('http'),
  );
  if (!own?.[2]) throw unknownMirror();
  return own[2];
}

const unknownMirror = () =>
  new Error('This machine does not say which Debian mirror it uses: set DEBIAN_MIRROR to the URL of one');

/**
 * The machine's way to fetch packages (proxies, retries, dates) as an apt configuration file; hooks stay
 * behind.
 */
export async function aptAcquireSettings(): Promise<string> {
  const { stdout } = await execute('apt-config', ['dump', '--no-empty', '--format', '%f "%v";%n', 'Acquire']);
  return stdout
    .split('\n')
    .filter((line) => !/^Acquire::(IndexTargets|Changelogs|CompressionTypes|cdrom)::/.test(line))
    .join('\n');
}
