import { readFileSync } from 'node:fs';
import type { Redis } from 'ioredis';

const prelude = readFileSync(new URL('./scripts/prelude.lua', import.meta.url), 'utf8');

/** A Lua script of `scripts/`, run atomically over one domain's hash tag. Its file says what it takes and returns. */
export type Script<Result> = (...args: readonly (string | number)[]) => Promise<Result>;

/** Binds `scripts/<name>.lua` to a connection and a domain's tag. ioredis sends its digest and falls back to its text. */
export function script<Result>(redis: Redis, tag: string, name: string): Script<Result> {
  const lua = prelude + readFileSync(new URL(`./scripts/${name}.lua`, import.meta.url), 'utf8');
  const command = `pool:${name}`;
  redis.defineCommand(command, { numberOfKeys: 1, lua });
  return (...args) => Reflect.apply(Reflect.get(redis, command), redis, [tag, ...args]) as Promise<Result>;
}
