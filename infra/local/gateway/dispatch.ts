/**
 * From a request to the BSON that answers it: refuse, find the transaction, run the handler, translate the
 * error.
 */

import { type Document, serialize } from 'bson';
import { type Call, readCall } from './call.ts';
import { missingInTransaction, neededInTransaction } from './collections.ts';
import { logins } from './commands/logins.ts';
import { reads } from './commands/reads.ts';
import { schema } from './commands/schema.ts';
import { sessions } from './commands/sessions.ts';
import { writes } from './commands/writes.ts';
import type { Gateway, Handler } from './commands.ts';
import { nameIndexes } from './duplicates.ts';
import { CommandError, failure, inTransaction, toCommandError } from './errors.ts';
import { mayRun } from './grants.ts';
import { refuse } from './refusals.ts';
import { noSuchTransaction, type Transaction } from './transactions.ts';
import type { Request } from './wire.ts';

const handlers: ReadonlyMap<string, Handler> = new Map<string, Handler>(
  Object.entries({ ...sessions, ...logins, ...reads, ...writes, ...schema }),
);

/** Never rejects: every failure becomes an answer. */
export async function answer(request: Request, peer: number, gateway: Gateway): Promise<Uint8Array> {
  try {
    const call = readCall(request, peer);
    const result = await execute(call, gateway).catch((error) => failed(error, call, gateway));
    return Buffer.isBuffer(result) ? result : serialize(result ?? { ok: 1 });
  } catch (error) {
    return serialize(failure(toCommandError(error)));
  }
}

async function failed(error: unknown, call: Call, { postgres }: Gateway): Promise<Document> {
  const [named] = await nameIndexes([failure(toCommandError(error))], call, postgres);
  return named ?? {};
}

async function execute(call: Call, gateway: Gateway): Promise<Document | Buffer | null> {
  requireLogin(call, gateway);
  const refusal = refuse(call.name, call.fields, call.statements);
  if (refusal !== undefined) throw new CommandError(refusal.code, refusal.message);
  const handler = handlers.get(call.name);
  if (handler === undefined) throw new CommandError('CommandNotFound', `no such command: '${call.name}'`);
  requireGrant(call, gateway);
  gateway.asked.set(call.name, (gateway.asked.get(call.name) ?? 0) + 1);
  if (call.fields.autocommit !== false) return handler(call, gateway);
  const transaction = await transactionOf(call, gateway);
  if (transaction === undefined) return { ok: 1 };
  try {
    await requireCollection(call, transaction);
    return await handler({ ...call, transaction }, gateway);
  } catch (error) {
    await gateway.transactions.end(transaction, 'ROLLBACK').catch(() => {});
    throw transaction.expired ? noSuchTransaction(transaction.number) : inTransaction(toCommandError(error));
  }
}

/** What leads to a login, and therefore comes before one. */
const beforeLogin = new Set(['hello', 'isMaster', 'ismaster', 'saslStart', 'saslContinue']);

function requireLogin({ name, peer }: Call, { logins }: Gateway): void {
  if (!logins.required || beforeLogin.has(name) || logins.grantsOf(peer) !== undefined) return;
  throw new CommandError('Unauthorized', `Command ${name} requires authentication`);
}

function requireGrant(call: Call, { logins }: Gateway): void {
  if (!logins.required || beforeLogin.has(call.name)) return;
  if (mayRun(call, logins.grantsOf(call.peer) ?? [])) return;
  throw new CommandError(
    'Unauthorized',
    `not authorized on ${call.database} to execute command ${call.name}`,
  );
}

/** The transaction a command belongs to, begun if it says so; none for an abort of what is already over. */
async function transactionOf(call: Call, { transactions }: Gateway): Promise<Transaction | undefined> {
  const number = call.fields.txnNumber;
  if (call.session === undefined || typeof number !== 'bigint')
    throw new CommandError('InvalidOptions', 'A transaction needs an lsid and a txnNumber.');
  if (call.fields.startTransaction === true) return transactions.begin(call.session, number, call.peer);
  try {
    return transactions.find(call.session, number, call.peer);
  } catch (error) {
    if (call.name === 'abortTransaction') return undefined;
    throw error;
  }
}

async function requireCollection(call: Call, { lease, known }: Transaction): Promise<void> {
  const collection = neededInTransaction(call);
  if (collection === undefined) return;
  const namespace = `${call.database}.${collection}`;
  if (known.has(namespace)) return;
  const [exists] = await lease.ask('exists', [call.database, collection]);
  if (exists !== true) throw missingInTransaction(call.database, collection);
  known.add(namespace);
}
