import { userInfo } from 'node:os';
import type { Command } from 'commander';
import { operatorKeyOf } from '../../jobs/maintenance/api-keys.ts';
import { problemList } from '../../jobs/problem-list.ts';
import { type FleetClient, openClient } from '../client.ts';
import { secretOr } from '../connection/secrets.ts';
import { RequestError } from '../request-error.ts';
import { requireFleet } from './known-fleet.ts';
import { table } from './table.ts';

interface GlobalOptions {
  readonly redisUrl?: string;
  readonly domain: string;
  readonly operatorKey?: string;
  readonly reason?: string;
}

/**
 * Runs a command's work with a client of a fleet that is there, closed however the work ends. What it waits
 * for is told on stderr.
 */
export async function withClient(
  command: Command,
  work: (client: FleetClient) => Promise<void>,
): Promise<void> {
  const { redisUrl, domain, operatorKey, reason } = command.optsWithGlobals<GlobalOptions>();
  if (!redisUrl)
    throw new RequestError(
      'invalid-request',
      'which fleet? Give --redis-url, or set QUEUE_REDIS_URL ("npm run stack" prints one for this machine)',
    );
  const url = await secretOr('redisUrl', redisUrl);
  await requireFleet(url, domain);
  const onWait = (why: string) => console.error(`waiting: ${why}`);
  const actor = { kind: 'service', name: userInfo().username } as const;
  await using client = await openClient({
    ...{ redisUrl: url, domain, actor, onWait },
    ...(operatorKey && { operatorKey: operatorKeyOf(await secretOr('operatorKey', operatorKey)) }),
    ...(reason !== undefined && { reason }),
  });
  await work(client);
}

type Row = Readonly<Record<string, unknown>>;

/** Prints a result as JSON when asked to, else for people: rows as a table, or a text. */
export function show(command: Command, result: unknown, forPeople: readonly Row[] | (() => string)): void {
  if (command.optsWithGlobals<{ json?: boolean }>().json) console.log(JSON.stringify(result, null, 2));
  else console.log(typeof forPeople === 'function' ? forPeople() : table(forPeople));
}

/** Lines of an error that are printed. */
const mostLines = 40;

/**
 * Says on stderr why a command did not do what it was asked, in bounded length; `{ error: { code, message }
 * }` for machines.
 */
export function showError({ code, message }: RequestError, json: boolean): void {
  const bounded = problemList(message.split('\n'), mostLines).join('\n');
  console.error(json ? JSON.stringify({ error: { code, message: bounded } }) : bounded);
}
