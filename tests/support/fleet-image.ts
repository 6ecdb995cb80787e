import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { baseNames, standInLabel } from '../docker/stand-ins/names.ts';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));

/** Runs a docker command; its output without the last line's end. A failure carries what it said. */
export const docker = async (args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<string> => {
  const { stdout } = await run('docker', args, {
    cwd: root,
    env: { ...process.env, ...env },
    maxBuffer: 2 ** 26,
  });
  return stdout.trimEnd();
};

/**
 * Builds stage `fleet` of `infra/Dockerfile` under this tag. Where the daemon has stand-ins of its bases
 * (`stand-ins/main.ts`) no registry is asked: digests go, and the certificates are the stand-in's. Returns
 * whether it is so.
 */
export async function buildFleetImage(tag: string): Promise<boolean> {
  const label = [
    'image',
    'inspect',
    '--format',
    `{{index .Config.Labels "${standInLabel}"}}`,
    baseNames.node,
  ];
  const standIns = (await docker(label).catch(() => '')) === 'true';
  const folder = await mkdtemp(join(tmpdir(), 'dockerfile-'));
  try {
    const file = join(folder, 'Dockerfile');
    const text = await readFile(join(root, 'infra/Dockerfile'), 'utf8');
    await writeFile(file, standIns ? onStandIns(text) : text);
    await docker([
      ...['build', '--quiet', '--network', 'host', '--file', file],
      ...['--target', 'fleet', '--tag', tag, root],
    ]);
  } finally {
    await rm(folder, { recursive: true });
  }
  return standIns;
}

const onStandIns = (dockerfile: string): string =>
  dockerfile
    .replace(/^# syntax=.*\n/, '')
    .replaceAll(/@sha256:[0-9a-f]{64}/g, '')
    .replace(
      /^ADD .* \/documentdb\.pem$/m,
      `COPY --from=${baseNames.node} --chmod=444 /etc/machine.pem /documentdb.pem`,
    );
