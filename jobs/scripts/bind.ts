import type { AssembledScript } from './assemble.ts';

/** Binds a script by its name to a domain's queue Redis. Its file says what it takes and returns. */
export type BindScript = <Result>(name: string) => (...args: readonly (string | number)[]) => Promise<Result>;

/** What of ioredis a script is sent by: its digest, or its text where the server does not have it yet. */
interface Sender {
  defineCommand(name: string, definition: { readonly numberOfKeys: number; readonly lua: string }): void;
}

/**
 * Binds a script to a connection and a domain's hash tag. `fresh`: a whole number below `freshRange`, another
 * one for each call. What Redis says went wrong names the script's file and line.
 */
export function bindScript<Result>(
  redis: Sender,
  tag: string,
  name: string,
  { text, locate }: AssembledScript,
  fresh: () => number,
): (...args: readonly (string | number)[]) => Promise<Result> {
  const command = `script:${name}`;
  redis.defineCommand(command, { numberOfKeys: 1, lua: text });
  return async (...args) => {
    try {
      return (await Reflect.apply(Reflect.get(redis, command), redis, [tag, fresh(), ...args])) as Result;
    } catch (error) {
      throw locate(error);
    }
  };
}
