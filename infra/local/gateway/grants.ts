/**
 * What a user may do: three of the roles of Amazon DocumentDB, enough for an administrator and for the fleet.
 * Pure.
 */

import type { Call } from './call.ts';
import { CommandError } from './errors.ts';

export interface Grant {
  readonly role: 'read' | 'readWrite' | 'root';
  /** The database it is about; `root` is about all. */
  readonly db: string;
}

const reading = [
  ...['find', 'aggregate', 'count', 'distinct', 'getMore', 'killCursors'],
  ...['listCollections', 'listIndexes'],
];
const writing = [
  ...['insert', 'update', 'delete', 'findAndModify', 'findandmodify'],
  ...['create', 'createIndexes', 'drop', 'dropIndexes'],
];
const commandsOf: Readonly<Record<'read' | 'readWrite', ReadonlySet<string>>> = {
  read: new Set(reading),
  readWrite: new Set([...reading, ...writing]),
};

/** For everybody who is logged in: they touch no data, or only what the connection itself has open. */
const free = new Set([
  ...['ping', 'buildInfo', 'buildinfo'],
  ...['endSessions', 'commitTransaction', 'abortTransaction'],
]);

export const mayRun = ({ name, database }: Pick<Call, 'name' | 'database'>, grants: readonly Grant[]) =>
  free.has(name) ||
  grants.some(({ role, db }) => role === 'root' || (db === database && commandsOf[role].has(name)));

/** The `roles` of a createUser: names, about the command's own database, or `{role, db}`. */
export function readRoles(roles: unknown, database: string): Grant[] {
  if (!Array.isArray(roles)) throw new CommandError('BadValue', "'roles' must be an array.");
  return roles.map((entry: unknown) => {
    const { role, db } = typeof entry === 'string' ? { role: entry, db: database } : Object(entry);
    if (typeof db !== 'string' || !(role === 'read' || role === 'readWrite' || role === 'root'))
      throw new CommandError(
        'RoleNotFound',
        `There is no role ${role}@${db} here: use read or readWrite of a database, or root of admin.`,
      );
    return { role, db };
  });
}
