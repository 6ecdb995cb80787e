import { randomInt } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import type { Redis } from 'ioredis';
import {
  type AssembledScript,
  freshRange,
  type LuaFile,
  openAssembler,
} from '../../jobs/scripts/assemble.ts';

/** A Lua script, run atomically over one domain's hash tag. Its file says what it takes and returns. */
type Script<Result> = (...args: readonly (string | number)[]) => Promise<Result>;

/**
 * Binds a script by its name: workers' own, or one that producers run too. ioredis sends its digest and falls
 * back to its text.
 */
export type Scripts = <Result>(name: string) => Script<Result>;

const root = new URL('../../', import.meta.url);
const luaFile = (path: string): LuaFile => ({ path, text: readFileSync(new URL(path, root), 'utf8') });

const assemble = openAssembler((name) => luaFile(`jobs/scripts/libraries/${name}.lua`));

/** A script as Redis is sent it. */
export function workerScript(name: string): AssembledScript {
  const own = `workers/pool/scripts/${name}.lua`;
  return assemble(luaFile(existsSync(new URL(own, root)) ? own : `jobs/scripts/${name}.lua`));
}

/**
 * The scripts of one domain on one connection. What Redis says went wrong names the script's file and line.
 */
export function openScripts(redis: Redis, tag: string): Scripts {
  return <Result>(name: string) => {
    const { text, locate } = workerScript(name);
    const command = `script:${name}`;
    redis.defineCommand(command, { numberOfKeys: 1, lua: text });
    return async (...args) => {
      try {
        return (await Reflect.apply(Reflect.get(redis, command), redis, [
          tag,
          randomInt(freshRange),
          ...args,
        ])) as Result;
      } catch (error) {
        throw locate(error);
      }
    };
  };
}
