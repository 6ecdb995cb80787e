import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile } from 'node:fs/promises';
import type { Stream } from 'node:stream';

export interface CommandOptions {
  /** File that its output is appended to. Default: nowhere. */
  readonly log?: string;
  /** Default: this process's. */
  readonly env?: NodeJS.ProcessEnv;
  /** An open file or stream that the command gets as descriptor 3, and holds until it ends. */
  readonly file?: number | Stream;
  /** Ends it after so many milliseconds. Default: never. */
  readonly timeoutMs?: number;
}

/**
 * Runs a command to its end and resolves to its exit code; a program that is not installed gives 127, as in a
 * shell.
 */
export async function exitCode([program = '', ...args]: readonly string[], options: CommandOptions = {}) {
  const log = options.log === undefined ? undefined : await open(options.log, 'a');
  try {
    const output = log?.fd ?? 'ignore';
    const child = spawn(program, args, {
      stdio: ['ignore', output, output, options.file ?? 'ignore'],
      ...(options.env && { env: options.env }),
      ...(options.timeoutMs && { timeout: options.timeoutMs }),
    });
    const [code, signal] = await once(child, 'exit');
    return signal === null ? Number(code) : 128;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 127;
    throw error;
  } finally {
    await log?.close();
  }
}

/** Runs a command that has to succeed; the error quotes the end of what it wrote to `log`. */
export async function runCommand(
  command: readonly string[],
  options: CommandOptions & { readonly log: string },
) {
  const code = await exitCode(command, options);
  if (code === 0) return;
  throw new Error(
    `Cannot run ${command.join(' ').slice(0, 200)}: exit code ${code}\n${await tail(options.log)}`,
  );
}

/** The last lines of a log: what a failed start is explained with. */
export async function tail(file: string, lines = 20): Promise<string> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return `--- last lines of ${file}\n${text.trimEnd().split('\n').slice(-lines).join('\n')}`;
}
