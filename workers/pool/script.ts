import { readFileSync } from 'node:fs';
import type { Redis } from 'ioredis';

/** Each knows those before it. */
const prelude = ['collect', 'lag', 'tickets', 'backfills']
  .map((name) => readFileSync(new URL(`./prelude/${name}.lua`, import.meta.url), 'utf8'))
  .join('\n');

/** A Lua script of `scripts/`, run atomically over one domain's hash tag. Its file says what it takes and returns. */
type Script<Result> = (...args: readonly (string | number)[]) => Promise<Result>;

/** Binds `scripts/<name>.lua`. ioredis sends its digest and falls back to its text. */
export type Scripts = <Result>(name: string) => Script<Result>;

/** A day and an hour: terminal tickets and stop marks outlive every retry of a job that could still name them. */
export const aDayAndAnHour = 90_000;

/** What Redis is sent of a script of `scripts/`: what all share, and itself as the function that `run` runs. */
export const scriptText = (own: string, terminalSeconds = aDayAndAnHour): string =>
  `local TERMINAL_SECONDS = ${terminalSeconds}\n${prelude}\nreturn run(function()\n${own}\nend)\n`;

/** The scripts of one domain on one connection. `terminalSeconds`: how long an ended ticket and a stop mark stay. */
export function openScripts(redis: Redis, tag: string, terminalSeconds: number): Scripts {
  return <Result>(name: string) => {
    const own = readFileSync(new URL(`./scripts/${name}.lua`, import.meta.url), 'utf8');
    const command = `pool:${name}`;
    redis.defineCommand(command, { numberOfKeys: 1, lua: scriptText(own, terminalSeconds) });
    return (...args) => Reflect.apply(Reflect.get(redis, command), redis, [tag, ...args]) as Promise<Result>;
  };
}
