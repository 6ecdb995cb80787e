import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { exitCode, runCommand } from '../../../infra/local/command.ts';
import { aptAcquireSettings, debianMirror } from '../../../infra/local/debian/mirror.ts';
import { lockFile } from '../../../infra/local/file-lock.ts';
import { cacheFolder } from '../../../infra/local/run.ts';

const script = fileURLToPath(new URL('install.sh', import.meta.url));

/** Written last; holds the script that the folder was made by. */
const stamp = 'made-by';

/** Why this machine cannot unpack the clients; undefined when it can. */
export async function clientsObstacle(): Promise<string | undefined> {
  for (const tool of ['apt-get', 'dpkg-deb'])
    if ((await exitCode([tool, '--version'])) !== 0) return `this machine has no ${tool}`;
  return debianMirror(process.env).then(
    () => undefined,
    (error: Error) => error.message,
  );
}

/**
 * The folder under the cache folder with `bin/aws`, `bin/python` and `bin/go`; unpacked once, which takes a
 * minute.
 */
export async function clientsFolder(): Promise<string> {
  const cache = cacheFolder(process.env);
  const folder = join(cache, 'aws-clients');
  const wanted = await readFile(script, 'utf8');
  await mkdir(cache, { recursive: true });
  await using _turn = await lockFile(join(cache, 'aws-clients.lock'));
  if ((await readFile(join(folder, stamp), 'utf8').catch(() => undefined)) === wanted) return folder;

  const unfinished = `${folder}.unfinished`;
  const log = join(cache, 'aws-clients.log');
  console.log(`unpacking the AWS CLI, boto3 and Go's SDK into ${folder}, once; log: ${log}`);
  for (const old of [folder, unfinished, log]) await rm(old, { recursive: true, force: true });
  await mkdir(unfinished);
  const settings = join(unfinished, 'machine.conf');
  await writeFile(settings, await aptAcquireSettings());
  await runCommand(['sh', script, unfinished, await debianMirror(process.env), settings], { log });
  await rm(settings);
  await writeFile(join(unfinished, stamp), wanted);
  await rename(unfinished, folder);
  return folder;
}
