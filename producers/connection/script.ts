import { randomInt } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import type { Redis } from 'ioredis';
import {
  type AssembledScript,
  freshRange,
  type LuaFile,
  openAssembler,
} from '../../jobs/scripts/assemble.ts';
import { bindScript } from '../../jobs/scripts/bind.ts';

const root = new URL('../../', import.meta.url);
const luaFile = (path: string): LuaFile => ({ path, text: readFileSync(new URL(path, root), 'utf8') });

const assemble = openAssembler((name) => luaFile(`jobs/scripts/libraries/${name}.lua`));

/** A script as Redis is sent it: producers' own, or one that workers run too. */
export function producerScript(name: string): AssembledScript {
  const own = `producers/scripts/${name}.lua`;
  return assemble(luaFile(existsSync(new URL(own, root)) ? own : `jobs/scripts/${name}.lua`));
}

/** Binds a script to a connection and a domain's hash tag; its file says what it takes and returns. */
export const openScript = <Result>(redis: Redis, tag: string, name: string) =>
  bindScript<Result>(redis, tag, name, producerScript(name), () => randomInt(freshRange));
