import { access, constants, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

const firstLine = '# Written by "npm run stack", which removes it when it stops.';

/** The variables as lines that a shell can run, whatever their values hold. */
export const exportsOf = (env: Readonly<Record<string, string>>): string =>
  Object.entries(env)
    .map(([name, value]) => `export ${name}='${value.replaceAll("'", `'\\''`)}'\n`)
    .join('');

/**
 * Throws unless the file can be written: its folder is there, and so far it does not exist or an earlier
 * stack left it.
 */
export async function checkEnvFile(file: string): Promise<void> {
  try {
    await access(dirname(file), constants.W_OK);
    const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return firstLine;
      throw error;
    });
    if (!text.startsWith(firstLine)) throw new Error("it is somebody else's. Remove it or name another file");
  } catch (error) {
    throw new Error(`Cannot write the variables to ${file}: ${(error as Error).message}`, { cause: error });
  }
}

/**
 * Writes the variables to a file that only its owner may read, since a URL may hold a password. A process
 * that waits for the file finds it whole. Disposing the result removes the file, unless another stack has
 * written it since.
 */
export async function writeEnvFile(
  file: string,
  env: Readonly<Record<string, string>>,
): Promise<AsyncDisposable> {
  const text = `${firstLine}\n${exportsOf(env)}`;
  const draft = `${file}.${process.pid}`;
  await writeFile(draft, text, { mode: 0o600 });
  await rename(draft, file);
  return {
    async [Symbol.asyncDispose]() {
      if ((await readFile(file, 'utf8').catch(() => '')) === text) await rm(file);
    },
  };
}
