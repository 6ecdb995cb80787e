/**
 * The users: PostgreSQL roles that the engine makes. It knows other roles than Amazon DocumentDB, so what a
 * user may do stands as a note on the PostgreSQL role. A PostgreSQL role without one, as the superuser, is no
 * user here.
 */

import { serialize } from 'bson';
import pg from 'pg';
import { CommandError, toCommandError } from './errors.ts';
import type { Grant } from './grants.ts';
import type { Postgres } from './postgres.ts';

/** Bytes. PostgreSQL cuts longer names. */
const longestName = 63;

/** What the engine wants to hear to let a user do everything; what is allowed, the gateway says. */
const engineRoles = [
  { role: 'readWriteAnyDatabase', db: 'admin' },
  { role: 'clusterAdmin', db: 'admin' },
];

const bson = (document: object) => Buffer.from(serialize(document));

export async function exists(postgres: Postgres, user: string): Promise<boolean> {
  return typeof (await postgres.ask('grants', [user]))[0] === 'string';
}

export async function create(postgres: Postgres, user: string, pwd: string, grants: readonly Grant[]) {
  if (Buffer.byteLength(user) > longestName || user.includes('\0'))
    throw new CommandError(
      'BadValue',
      `The name of a user has at most ${longestName} bytes, and no zero in it.`,
    );
  const name = pg.escapeIdentifier(user);
  const lease = await postgres.lease();
  try {
    await lease.run('BEGIN');
    await lease.ask('createUser', [bson({ createUser: user, pwd, roles: engineRoles, $db: 'admin' })]);
    await lease.run(`COMMENT ON ROLE ${name} IS ${pg.escapeLiteral(JSON.stringify(grants))}`);
    await lease.run('COMMIT');
  } catch (error) {
    await lease.run('ROLLBACK').catch(() => {});
    throw error;
  } finally {
    lease.release();
  }
}

/** The old password is good for nothing from here on, but a connection that is logged in stays so. */
export async function changePassword(postgres: Postgres, user: string, pwd: string): Promise<void> {
  await postgres.ask('updateUser', [bson({ updateUser: user, pwd, $db: 'admin' })]);
}

export async function drop(postgres: Postgres, user: string): Promise<void> {
  await postgres.ask('dropUser', [bson({ dropUser: user, $db: 'admin' })]);
}

/**
 * Makes the administrators that are missing; who exists keeps the password that may have been changed since.
 */
export async function ensureAdministrators(
  postgres: Postgres,
  administrators: ReadonlyMap<string, string>,
): Promise<void> {
  for (const [user, pwd] of administrators)
    try {
      if (!(await exists(postgres, user))) await create(postgres, user, pwd, [{ role: 'root', db: 'admin' }]);
    } catch (cause) {
      throw new Error(`Cannot make the administrator '${user}': ${toCommandError(cause).message}`, { cause });
    }
}

/** A file of administrators: `name:password`, a line each; a password may hold colons. */
export function readAdministrators(text: string): Map<string, string> {
  const users = new Map<string, string>();
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line === '') continue;
    const { name = '', password = '' } = /^(?<name>[^:]+):(?<password>.+)$/.exec(line)?.groups ?? {};
    if (password === '')
      throw new Error(`Line ${index + 1} of the file of users is not of the form name:password`);
    users.set(name, password);
  }
  if (users.size > 0) return users;
  throw new Error('The file of users names none');
}
