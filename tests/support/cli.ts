import { spawn } from 'node:child_process';
import { inject } from 'vitest';

/** Runs the command line as an operator of a domain would, in the folder of their files. */
export const openCli =
  (domain: string, folder: string) =>
  (...args: string[]): Promise<{ code: number | null; out: string; err: string }> => {
    const env = { ...process.env, ...inject('stackEnv'), DOMAIN: domain, INIT_CWD: folder, NO_COLOR: '1' };
    const child = spawn(process.execPath, ['producers/cli/main.ts', ...args], { env });
    const [out, err]: string[][] = [[], []];
    child.stdout.on('data', (text) => out?.push(String(text)));
    child.stderr.on('data', (text) => err?.push(String(text)));
    return new Promise((resolve) =>
      child.on('close', (code) => resolve({ code, out: out?.join('') ?? '', err: err?.join('') ?? '' })),
    );
  };
