import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';

/** Writes an SVG document to a file, named as seen from where the command was given. */
export const writePicture = (file: string, svg: string): void =>
  writeFileSync(resolve(process.env['INIT_CWD'] ?? '.', file), svg);
