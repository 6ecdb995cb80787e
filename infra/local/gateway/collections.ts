/** What Amazon DocumentDB refuses depending on whether a collection exists. Pure. */

import { type Call, collectionOf } from './call.ts';
import { CommandError } from './errors.ts';

const touching = new Set([
  ...['insert', 'update', 'delete', 'findAndModify', 'findandmodify'],
  ...['find', 'aggregate', 'distinct'],
]);

/**
 * The collection that must exist for a call in a transaction: none is created there, and none missing is
 * touched.
 */
export const neededInTransaction = (call: Call): string | undefined =>
  touching.has(call.name) ? collectionOf(call) : undefined;

export const missingInTransaction = (database: string, collection: string): CommandError =>
  new CommandError(
    'OperationNotSupportedInTransaction',
    `Cannot use or create namespace ${database}.${collection} in a multi-document transaction: it does not exist.`,
  );

/** The engine takes a repeated create for done; MongoDB up to 6 and Amazon DocumentDB say that it exists. */
export const alreadyThere = (database: string, collection: string): CommandError =>
  new CommandError('NamespaceExists', `Collection ${database}.${collection} already exists.`);
