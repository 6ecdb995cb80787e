import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Redis } from 'ioredis';
import {
  type AssembledScript,
  freshRange,
  type LuaFile,
  openAssembler,
} from '../../jobs/scripts/assemble.ts';

/** A Lua script of `scripts/`, run atomically over one domain's hash tag. Its file says what it takes and returns. */
type Script<Result> = (...args: readonly (string | number)[]) => Promise<Result>;

/** Binds `scripts/<name>.lua`. ioredis sends its digest and falls back to its text. */
export type Scripts = <Result>(name: string) => Script<Result>;

/** A day and an hour: terminal tickets and stop marks outlive every retry of a job that could still name them. */
export const aDayAndAnHour = 90_000;

const luaFile = (path: string): LuaFile => ({
  path,
  text: readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8'),
});

const assemble = openAssembler((name) => luaFile(`jobs/scripts/libraries/${name}.lua`));

/** `scripts/<name>.lua` as Redis is sent it. `terminalSeconds`: how long an ended ticket and a stop mark stay. */
export const workerScript = (name: string, terminalSeconds = aDayAndAnHour): AssembledScript =>
  assemble(luaFile(`workers/pool/scripts/${name}.lua`), { TERMINAL_SECONDS: terminalSeconds });

/** The scripts of one domain on one connection. What Redis says went wrong names the script's file and line. */
export function openScripts(redis: Redis, tag: string, terminalSeconds: number): Scripts {
  return <Result>(name: string) => {
    const { text, locate } = workerScript(name, terminalSeconds);
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
