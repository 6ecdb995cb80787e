import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}
export const manifestAt = (folder: string) =>
  JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;

/** The code of a guide's blocks in a language, in order. */
export const blocksOf = (guide: string, language: string): string[] =>
  [...guide.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, 'g'))].map(([, code = '']) => code);

/** The files a guide's JavaScript is saved in, each named by the first line of its block. */
export const filesOf = (guide: string): Record<string, string> =>
  Object.fromEntries(
    blocksOf(guide, 'js').map((code) => {
      const [, name] = /^\/\/ (\S+\.mjs)\n/.exec(code) ?? [];
      if (!name) throw new Error(`A block of the guide does not say which file it is saved in:\n${code}`);
      return [name, code];
    }),
  );

/**
 * An upstream service's project with nothing in it but the types of Node, in which the guide's shell blocks
 * install the client. npm asks no registry: the packages are in the cache that `npm ci` filled, and which
 * versions there are, which that cache does not tell, is in our lock file, of which npm keeps what the client
 * depends on.
 */
export async function openUpstreamProject() {
  const folder = mkdtempSync(join(tmpdir(), 'upstream-'));
  const types = '@types/node';
  const devDependencies = { [types]: manifestAt(root).devDependencies[types] };
  const manifest = { name: 'upstream', private: true, type: 'module', devDependencies };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
  writeFileSync(join(folder, 'package-lock.json'), JSON.stringify(await lockFor(manifest)));
  return {
    folder,
    /** The client, installed. */
    client: join(folder, 'node_modules/matchmaking-fleet-client'),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Our lock file as the project's own, with the addresses by which npm knows the packages of its cache. */
async function lockFor(manifest: object) {
  const { stdout } = await run('npm', ['config', 'get', 'registry']);
  const addressOf = (name: string, version: string) =>
    new URL(`${name}/-/${name.split('/').at(-1)}-${version}.tgz`, stdout.trim()).href;
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  const packages = Object.entries<Manifest>(lock.packages)
    .filter(([place]) => place !== '')
    .map(([place, entry]) => {
      const name = entry.name ?? place.split('node_modules/').at(-1) ?? '';
      return [place, { resolved: addressOf(name, entry.version), ...entry }];
    });
  return { ...lock, name: 'upstream', packages: { '': manifest, ...Object.fromEntries(packages) } };
}

/**
 * Runs shell lines in our own folder, as somebody does who reads the guide; `SERVICE` is the folder of their
 * project.
 */
export async function runShell(lines: string, service: string): Promise<void> {
  const offline = { npm_config_offline: 'true', npm_config_audit: 'false', npm_config_fund: 'false' };
  await run('sh', ['-euc', lines], { cwd: root, env: { ...process.env, ...offline, SERVICE: service } });
}

/**
 * What npm would have made, where its cache lacks a package: the tarball unpacked, and beside it links to the
 * packages it names and no other.
 */
export function layOut(tarball: string, folder: string): void {
  const modules = join(folder, 'node_modules');
  const place = join(modules, 'matchmaking-fleet-client');
  rmSync(modules, { recursive: true, force: true });
  mkdirSync(place, { recursive: true });
  execFileSync('tar', ['-xzf', tarball, '--strip-components=1', '-C', place]);
  for (const name of ['@types/node', ...Object.keys(manifestAt(place).dependencies)]) {
    mkdirSync(dirname(join(modules, name)), { recursive: true });
    symlinkSync(join(root, 'node_modules', name), join(modules, name));
  }
}
