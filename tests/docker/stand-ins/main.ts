import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { debianTree, treeObstacle } from '../../../infra/local/debian/tree.ts';
import { cacheFolder } from '../../../infra/local/run.ts';
import { baseNames, standInLabel } from './names.ts';

const usage = `Usage: node tests/docker/stand-ins/main.ts

Makes stand-ins of every image that the Dockerfile and the compose files of the fleet name, in the Docker daemon of DOCKER_HOST, under the
names of the real ones, each with the label ${standInLabel}. For a daemon of its own that no registry answers: an image of
such a name that is there already is left alone. Needs root on a Debian-family machine, for the tree that the images are made of.`;

const root = fileURLToPath(new URL('../../..', import.meta.url));
const here = dirname(fileURLToPath(import.meta.url));
const treeImage = 'matchmaking-fleet/debian-tree';
const certificates = process.env['NODE_EXTRA_CA_CERTS'] ?? '/etc/ssl/certs/ca-certificates.crt';

const docker = (args: readonly string[], input?: string) =>
  execFileSync('docker', args, { encoding: 'utf8', ...(input !== undefined && { input }) }).trim();
const isThere = (image: string) => docker(['images', '--quiet', image]) !== '';

if (process.argv.includes('--help')) console.log(usage);
else {
  const obstacle = await treeObstacle();
  if (obstacle) throw new Error(`There can be no stand-ins here: ${obstacle}`);
  const tree = await debianTree(cacheFolder(process.env), process.env, console.error);
  const context = mkdtempSync(join(tmpdir(), 'stand-ins-'));
  try {
    if (!isThere(treeImage))
      execFileSync('sh', [
        '-c',
        // What is mounted in the tree while a server of the stack runs in it is none of the image's.
        'tar --one-file-system --exclude=./proc/* --exclude=./sys/* --exclude=./dev/* --exclude=./mnt/* -C "$0" -c . | docker import - "$1"',
        ...[tree, treeImage],
      ]);
    fill(context);
    for (const [target, name] of Object.entries(baseNames)) {
      if (isThere(name)) continue;
      docker([
        ...['build', '--target', target, '--label', `${standInLabel}=true`],
        ...['--tag', name, context],
      ]);
      console.log(name);
    }
  } finally {
    rmSync(context, { recursive: true });
  }
}

function fill(context: string): void {
  const to = (...path: string[]) => join(context, ...path);
  for (const file of ['Dockerfile', 'documentdb.sh']) copyFileSync(join(here, file), to(file));
  copyFileSync(process.execPath, to('node'));
  copyFileSync(certificates, to('authorities.pem'));
  const npm = realpathSync(execFileSync('sh', ['-c', 'command -v npm'], { encoding: 'utf8' }).trim());
  cpSync(dirname(dirname(npm)), to('npm'), { recursive: true });
  cpSync(join(root, 'infra/local/gateway'), to('gateway/infra/local/gateway'), { recursive: true });
  copyFileSync(join(root, 'package.json'), to('gateway/package.json'));
  for (const name of withWhatTheyNeed(['pg', 'bson']))
    cpSync(join(root, 'node_modules', name), to('gateway/node_modules', name), { recursive: true });

  const libraries = execFileSync('ldd', [process.execPath], { encoding: 'utf8' }).matchAll(/(\/\S+) \(0x/g);
  for (const [, library = ''] of libraries) {
    mkdirSync(to('distroless', dirname(library)), { recursive: true });
    execFileSync('cp', ['--dereference', library, to('distroless', library)]);
  }
  mkdirSync(to('distroless/etc/ssl/certs'), { recursive: true });
  mkdirSync(to('distroless/tmp'), { mode: 0o1777 });
  mkdirSync(to('distroless/home/nonroot'), { recursive: true });
  writeFileSync(
    to('distroless/etc/passwd'),
    'root:x:0:0:root:/root:/sbin/nologin\nnobody:x:65534:65534:nobody:/nonexistent:/sbin/nologin\nnonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin\n',
  );
  writeFileSync(to('distroless/etc/group'), 'root:x:0:\nnonroot:x:65532:\n');
}

/** Packages and all that they depend on, where npm has put them side by side. */
function withWhatTheyNeed(names: readonly string[], found = new Set<string>()): Set<string> {
  for (const name of names) {
    if (found.has(name)) continue;
    found.add(name);
    const file = readFileSync(join(root, 'node_modules', name, 'package.json'), 'utf8');
    const { dependencies = {} } = JSON.parse(file) as { dependencies?: Record<string, string> };
    withWhatTheyNeed(Object.keys(dependencies), found);
  }
  return found;
}
