import { execFile, execFileSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('../..', import.meta.url));
const run = promisify(execFile);

export interface ImageFolder extends AsyncDisposable {
  readonly folder: string;
  readonly compileCache: string;
  /** MiB on disk. */
  readonly size: Readonly<Record<'packages' | 'code' | 'compileCache' | 'node', number>>;
}

/**
 * `/app` of the image, made here by the steps of `infra/Dockerfile`: packages of production without their
 * maps, types and texts, bill of materials, code, and both entry points compiled. Asks the package registry,
 * as `npm ci` does.
 */
export async function makeImageFolder(): Promise<ImageFolder> {
  const folder = await mkdtemp(join(tmpdir(), 'fleet-image-'));
  const compileCache = join(folder, '.compiled');
  for (const file of ['package.json', 'package-lock.json']) await cp(join(root, file), join(folder, file));
  const npm = (...args: string[]) => run('npm', args, { cwd: folder, maxBuffer: 64 << 20 });
  await npm('ci', '--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline');
  await npm('sbom', '--omit=dev', '--package-lock-only', '--sbom-format=cyclonedx');
  await dropTexts(join(folder, 'node_modules'));
  for (const name of ['jobs', 'producers', 'workers'])
    await cp(join(root, name), join(folder, name), { recursive: true });
  await mkdir(compileCache);
  const env = { PATH: process.env['PATH'], NODE_ENV: 'production', NODE_COMPILE_CACHE: compileCache };
  for (const entry of ['workers/process/main.ts', 'producers/cli/main.ts'])
    await run(process.execPath, [entry, '--help'], { cwd: folder, env });
  return {
    folder,
    compileCache,
    size: {
      packages: mebibytes(join(folder, 'node_modules')),
      code: ['jobs', 'producers', 'workers'].reduce((sum, name) => sum + mebibytes(join(folder, name)), 0),
      compileCache: mebibytes(compileCache),
      node: Math.round((await stat(process.execPath)).size / 2 ** 20),
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

async function dropTexts(modules: string): Promise<void> {
  const files = await readdir(modules, { recursive: true, withFileTypes: true });
  for (const file of files)
    if (file.isFile() && /\.(map|d\.ts|md)$/.test(file.name)) await rm(join(file.parentPath, file.name));
}

const mebibytes = (folder: string): number =>
  Number(
    (Number(execFileSync('du', ['-sk', folder], { encoding: 'utf8' }).split('\t')[0]) / 1_024).toFixed(1),
  );
