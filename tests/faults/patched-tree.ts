import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

/**
 * A copy of what workers are made of, with one text of one file replaced: a build broken on purpose. Throws
 * when the text is not there, so that it cannot go on unbroken. Disposing it removes it.
 */
export function patchTree(file: string, from: string, to: string) {
  const tree = mkdtempSync(join(tmpdir(), 'patched-'));
  for (const part of ['jobs', 'workers', 'package.json'])
    cpSync(join(root, part), join(tree, part), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(tree, 'node_modules'));
  const path = join(tree, file);
  const text = readFileSync(path, 'utf8');
  if (!text.includes(from)) throw new Error(`${file} has no text ${from}`);
  writeFileSync(path, text.replace(from, to));
  return {
    workerMain: join(tree, 'workers/process/main.ts'),
    [Symbol.dispose]: () => rmSync(tree, { recursive: true, force: true }),
  };
}
