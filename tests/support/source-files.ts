import { readdirSync, readFileSync } from 'node:fs';
import { join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's folder, with a slash at its end. */
export const root = fileURLToPath(new URL('../..', import.meta.url));
/** The folders that hold all of its code. */
export const folders = ['jobs', 'producers', 'workers', 'infra', 'tests'];

/** Every file in them, by its path from the project's folder. */
export const files = folders.flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => normalize(join(entry.parentPath, entry.name)).slice(root.length)),
);
export const sources = files.filter((file) => file.endsWith('.ts'));
export const read = (file: string): string => readFileSync(join(root, file), 'utf8');
