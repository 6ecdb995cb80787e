import { copyFile, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { exitCode, runCommand } from '../command.ts';
import { lockFile } from '../file-lock.ts';
import type { Progress } from '../part.ts';
import { step } from '../progress.ts';
import { enterTree, withoutOrphans } from './enter-tree.ts';
import { aptAcquireSettings, debianMirror } from './mirror.ts';
import { type InTree, serverTree, stamp, type TreeKind } from './recipe.ts';

/** Why this machine cannot have a Debian tree; undefined when it can. */
export async function treeObstacle(): Promise<string | undefined> {
  if (process.platform !== 'linux') return `this is ${process.platform}, not Linux`;
  if ((await exitCode(['apt-get', '--version'])) !== 0) return 'this machine has no apt-get';
  if (process.getuid?.() !== 0) return 'you are not root';
  const namespaces = await exitCode(['setpriv', '--pdeathsig=KILL', 'unshare', '--mount', '--ipc', 'true']);
  return namespaces === 0 ? undefined : 'mount namespaces are not allowed here (unshare --mount failed)';
}

/**
 * The folder of a Debian tree of a kind, by default that with all servers, built on first use. It is built
 * under another name and renamed when whole, so a build that was interrupted is never taken for a tree;
 * builders take turns.
 */
export async function debianTree(
  cache: string,
  env: NodeJS.ProcessEnv,
  progress: Progress,
  kind: TreeKind = serverTree,
): Promise<string> {
  const tree = join(cache, kind.folder);
  if (await isWhole(tree, kind)) return tree;

  await mkdir(cache, { recursive: true });
  await using _turn = await lockFile(join(cache, 'build.lock'), () =>
    progress('waiting for another process that is building the Debian tree'),
  );
  if (await isWhole(tree, kind)) return tree;

  const unfinished = `${tree}.unfinished`;
  await remove(tree);
  await remove(unfinished);
  await build(unfinished, kind, join(cache, 'build.log'), env, progress);
  await rename(unfinished, tree);
  return tree;
}

async function isWhole(tree: string, { recipe, vitalFiles }: TreeKind): Promise<boolean> {
  const written = await readFile(join(tree, stamp), 'utf8').catch(() => undefined);
  if (written !== JSON.stringify(recipe)) return false;
  const sizes = await Promise.all(
    vitalFiles.map((file) =>
      stat(join(tree, file)).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
  return sizes.every((size) => size > 0);
}

/**
 * Nothing of the machine is mounted in a tree outside the namespaces of its processes; should it be, it is
 * spared.
 */
const remove = (folder: string) => exitCode(['rm', '-rf', '--one-file-system', folder]);

async function build(
  tree: string,
  { recipe, purpose, steps }: TreeKind,
  log: string,
  env: NodeJS.ProcessEnv,
  progress: Progress,
): Promise<void> {
  await rm(log, { force: true });
  const inTree: InTree = (user, folder, script) =>
    runCommand(withoutOrphans(enterTree(tree, { folder, user, command: ['sh', '-ec', script] })), { log });
  const all: TreeKind['steps'] = [
    ['debootstrap', () => installDebootstrap(log)],
    [`Debian ${recipe.suite}`, () => bootstrap(tree, recipe.suite, log, env)],
    ...steps,
  ];
  progress(`building a Debian tree in ${tree}, once, for ${purpose}; log: ${log}`);
  for (const [at, [name, work]] of all.entries())
    await step(progress, `[${at + 1}/${all.length}] ${name}`, () => work(tree, inTree));
  // A power failure must not leave the stamp on disk and the packages not.
  await runCommand(['sync', '--file-system', tree], { log });
  await writeFile(join(tree, stamp), JSON.stringify(recipe));
}

/** On the machine itself, unless it is there. Its package lists may be missing or old, as in containers. */
async function installDebootstrap(log: string): Promise<void> {
  const install = [
    ...['apt-get', '-o', 'DPkg::Lock::Timeout=120', 'install', '-y', '--no-install-recommends'],
    ...['debootstrap', 'debian-archive-keyring'],
  ];
  if ((await exitCode(['debootstrap', '--version'])) === 0) return;
  if ((await exitCode(install, { log })) === 0) return;
  await runCommand(['apt-get', 'update'], { log });
  await runCommand(install, { log });
}

/**
 * The base system, set up to fetch packages the way the machine does and to start no service on installation.
 */
async function bootstrap(tree: string, suite: string, log: string, env: NodeJS.ProcessEnv): Promise<void> {
  const mirror = await debianMirror(env);
  const scripts = '/usr/share/debootstrap/scripts';
  const known = await exitCode(['test', '-e', `${scripts}/${suite}`]);
  const include = mirror.startsWith('https') ? ['--include=ca-certificates'] : [];
  // A debootstrap older than the suite has no script of its name; that of sid serves.
  const script = known === 0 ? [] : [`${scripts}/sid`];
  await runCommand(
    withoutOrphans(['debootstrap', '--variant=minbase', ...include, suite, tree, mirror, ...script]),
    { log },
  );
  await writeFile(join(tree, 'etc/apt/apt.conf.d/90machine'), await aptAcquireSettings());
  await writeFile(join(tree, 'usr/sbin/policy-rc.d'), '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  // Nobody reads manuals here, and a build that loses power starts over.
  await writeFile(
    join(tree, 'etc/dpkg/dpkg.cfg.d/lean'),
    ['doc', 'man', 'locale', 'info'].map((kind) => `path-exclude=/usr/share/${kind}/*\n`).join('') +
      'force-unsafe-io\n',
  );
  for (const file of ['hosts', 'resolv.conf']) await copyFile(`/etc/${file}`, join(tree, 'etc', file));
}
