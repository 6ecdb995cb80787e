import { spawn } from 'node:child_process';
import { inject, vi } from 'vitest';
import { runProgram } from '../../producers/cli/program.ts';

/** Runs the command line as an operator of a domain would, in the folder of their files. */
export const openCli =
  (domain: string, folder: string, more: NodeJS.ProcessEnv = {}) =>
  (...args: string[]): Promise<{ code: number | null; out: string; err: string }> => {
    const env = {
      ...process.env,
      ...inject('stackEnv'),
      DOMAIN: domain,
      INIT_CWD: folder,
      NO_COLOR: '1',
      ...more,
    };
    const child = spawn(process.execPath, ['producers/cli/main.ts', ...args], { env });
    const [out, err]: string[][] = [[], []];
    child.stdout.on('data', (text) => out?.push(String(text)));
    child.stderr.on('data', (text) => err?.push(String(text)));
    return new Promise((resolve) =>
      child.on('close', (code) => resolve({ code, out: out?.join('') ?? '', err: err?.join('') ?? '' })),
    );
  };

/**
 * What a command printed, and what it exits with. `told`: lines on stderr with the ms after which each came.
 */
export interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
  readonly told: readonly { readonly ms: number; readonly line: string }[];
}

/** The same in this process, which saves a second a command; one command at a time. */
export const openCliHere =
  (domain: string, folder: string, redisUrl = inject('stackEnv')['QUEUE_REDIS_URL'] ?? '') =>
  async (...args: string[]): Promise<Ran> => {
    const begun = Date.now();
    // Unit tests have no stack.
    const env: NodeJS.ProcessEnv | undefined = inject('stackEnv');
    const whose = ['--operator-key', env?.['OPERATOR_KEY'] ?? ''];
    const out: string[] = [];
    const told: { ms: number; line: string }[] = [];
    const error = (line: string) => void told.push({ ms: Date.now() - begun, line });
    const spies = [
      vi.spyOn(console, 'log').mockImplementation((line) => void out.push(`${line}\n`)),
      vi.spyOn(console, 'error').mockImplementation(error),
      vi.spyOn(process.stdout, 'write').mockImplementation((text) => out.push(String(text)) > 0),
      vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
        error(String(text));
        return true;
      }),
    ];
    try {
      const code = await runProgram(folder, [...whose, '--redis-url', redisUrl, '--domain', domain, ...args]);
      return { code, out: out.join(''), err: told.map(({ line }) => line).join('\n'), told };
    } finally {
      for (const spy of spies) spy.mockRestore();
    }
  };
