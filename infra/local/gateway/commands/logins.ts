/** Logging in, and the users who may. */

import type { Binary, Document } from 'bson';
import type { Call } from '../call.ts';
import type { Gateway, Handler } from '../commands.ts';
import { CommandError } from '../errors.ts';
import { readRoles } from '../grants.ts';
import { mechanism } from '../logins.ts';
import { changePassword, create, drop, exists } from '../users.ts';

/** A connection has one conversation at a time. */
const conversationId = 1;

async function start(command: Document, peer: number, { logins }: Gateway): Promise<Document> {
  if (!logins.required) throw new CommandError('CommandNotSupported', 'There are no users here.');
  if (command['mechanism'] !== mechanism)
    throw new CommandError('MechanismUnavailable', `Only ${mechanism} is spoken here.`);
  const emptyRound = command['options']?.skipEmptyExchange !== true;
  return said(await logins.start(peer, payloadOf(command), emptyRound));
}

const said = ({ done, payload }: { readonly done: boolean; readonly payload: string }) => ({
  conversationId,
  done,
  payload: Buffer.from(payload),
  ok: 1,
});

function payloadOf(command: Document): Uint8Array {
  const payload: Partial<Binary> | undefined = command['payload'];
  if (payload?._bsontype === 'Binary' && payload.value !== undefined) return payload.value();
  throw new CommandError('BadValue', "'payload' must be binary.");
}

/**
 * What `hello` says about logins: which a user has, and the first turn of one that came along, unless it is
 * refused.
 */
export async function helloLogin({ fields, peer }: Call, gateway: Gateway): Promise<Document> {
  if (!gateway.logins.required) return {};
  const early = fields['speculativeAuthenticate'];
  const turn =
    early === undefined ? undefined : await start(Object(early), peer, gateway).catch(() => undefined);
  return {
    ...(fields['saslSupportedMechs'] !== undefined && { saslSupportedMechs: [mechanism] }),
    ...(turn && { speculativeAuthenticate: turn }),
  };
}

const saslStart: Handler = ({ fields, peer }, gateway) => start(fields, peer, gateway);

const saslContinue: Handler = async ({ fields, peer }, { logins }) =>
  said(await logins.continue(peer, payloadOf(fields)));

const createUser: Handler = async (call, { postgres }) => {
  const user = nameOf(call);
  const grants = readRoles(call.fields['roles'], call.database);
  const pwd = passwordOf(call);
  if (await exists(postgres, user)) throw new CommandError(51003, `User "${user}" already exists`);
  await create(postgres, user, pwd, grants);
  return { ok: 1 };
};

const updateUser: Handler = async (call, { postgres }) => {
  const user = await existing(call, postgres);
  if (call.fields['roles'] !== undefined)
    throw new CommandError(
      'CommandNotSupported',
      'Only passwords can be changed: drop the user, create another.',
    );
  await changePassword(postgres, user, passwordOf(call));
  return { ok: 1 };
};

const dropUser: Handler = async (call, { postgres, logins }) => {
  const user = await existing(call, postgres);
  await drop(postgres, user);
  logins.end(user);
  return { ok: 1 };
};

async function existing(call: Call, postgres: Gateway['postgres']): Promise<string> {
  const user = nameOf(call);
  if (await exists(postgres, user)) return user;
  throw new CommandError('UserNotFound', `User '${user}' not found`);
}

function nameOf({ name, target }: Call): string {
  if (typeof target === 'string' && target !== '') return target;
  throw new CommandError('BadValue', `'${name}' needs the name of a user.`);
}

function passwordOf({ name, fields }: Call): string {
  const { pwd } = fields;
  if (typeof pwd === 'string' && pwd !== '') return pwd;
  throw new CommandError('BadValue', `'${name}' needs a password in 'pwd'.`);
}

export const logins = {
  saslStart,
  saslContinue,
  createUser,
  updateUser,
  dropUser,
} as const satisfies Record<string, Handler>;
