import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { type MatchmakingClient, openClient } from '../client.ts';
import { RequestError } from '../request-error.ts';
import { table } from './table.ts';

/** Runs a command's work with an open client, closed however the work ends. */
export async function withClient(
  command: Command,
  work: (client: MatchmakingClient) => Promise<void>,
): Promise<void> {
  const { redisUrl, domain } = command.optsWithGlobals<{ redisUrl?: string; domain: string }>();
  if (!redisUrl)
    throw new RequestError(
      'invalid-request',
      'which fleet? Give --redis-url, or set QUEUE_REDIS_URL ("npm run stack" prints one for this machine)',
    );
  await using client = await openClient({ redisUrl, domain, actor: { kind: 'service', name: 'cli' } });
  await work(client);
}

type Row = Readonly<Record<string, unknown>>;

/** Prints a result as JSON when asked to, else for people: rows as a table, or a text. */
export function show(command: Command, result: unknown, forPeople: readonly Row[] | (() => string)): void {
  if (command.optsWithGlobals<{ json?: boolean }>().json) console.log(JSON.stringify(result, null, 2));
  else console.log(typeof forPeople === 'function' ? forPeople() : table(forPeople));
}

/** Reads a text file named relative to the caller's folder. */
export async function readText(from: string, file: string): Promise<string> {
  try {
    return await readFile(resolve(from, file), 'utf8');
  } catch (error) {
    throw new RequestError('invalid-request', `could not read ${file}: ${(error as Error).message}`, error);
  }
}

/** Reads a JSON file named relative to the caller's folder. */
export async function readJson(from: string, file: string): Promise<unknown> {
  const text = await readText(from, file);
  if (text.startsWith('\uFEFF'))
    throw new RequestError(
      'invalid-request',
      `${file} starts with a byte-order mark (U+FEFF); save it as UTF-8 without one`,
    );
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new RequestError('invalid-request', `${file} is not JSON: ${(error as Error).message}`, error);
  }
}
