import { randomInt } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import type { Redis } from 'ioredis';
import {
  type AssembledScript,
  freshRange,
  type LuaFile,
  openAssembler,
} from '../../jobs/scripts/assemble.ts';
import { type BindScript, bindScript } from '../../jobs/scripts/bind.ts';

const root = new URL('../../', import.meta.url);
const luaFile = (path: string): LuaFile => ({ path, text: readFileSync(new URL(path, root), 'utf8') });

const assemble = openAssembler((name) => luaFile(`jobs/scripts/libraries/${name}.lua`));

/** A script as Redis is sent it. */
export function workerScript(name: string): AssembledScript {
  const own = `workers/pool/scripts/${name}.lua`;
  return assemble(luaFile(existsSync(new URL(own, root)) ? own : `jobs/scripts/${name}.lua`));
}

/** The scripts of one domain on one connection: workers' own, and those that producers run too. */
export const openScripts =
  (redis: Redis, tag: string): BindScript =>
  <Result>(name: string) =>
    bindScript<Result>(redis, tag, name, workerScript(name), () => randomInt(freshRange));
