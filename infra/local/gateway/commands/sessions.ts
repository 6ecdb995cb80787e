/** What a driver asks the server itself: who are you, and end what I had open. */

import { sessionOf } from '../call.ts';
import type { Handler } from '../commands.ts';
import { maxMessageBytes } from '../wire.ts';
import { helloLogin } from './logins.ts';

/**
 * A primary of a one-member replica set: without set name and session timeout a driver refuses transactions.
 */
const hello: Handler = async (call, gateway) => ({
  helloOk: true,
  ismaster: true,
  isWritablePrimary: true,
  secondary: false,
  setName: 'rs0',
  setVersion: 1,
  hosts: [gateway.address],
  primary: gateway.address,
  me: gateway.address,
  maxBsonObjectSize: 16 * 1024 * 1024,
  maxMessageSizeBytes: maxMessageBytes,
  maxWriteBatchSize: 25_000,
  localTime: new Date(),
  logicalSessionTimeoutMinutes: 30,
  connectionId: call.peer,
  minWireVersion: 0,
  /** As MongoDB 5.0, the level Amazon DocumentDB 5.0 is compatible with. */
  maxWireVersion: 13,
  readOnly: false,
  ...(await helloLogin(call, gateway)),
  ok: 1,
});

const ping: Handler = async () => ({ ok: 1 });

const buildInfo: Handler = async () => ({ version: '5.0.0', versionArray: [5, 0, 0, 0], ok: 1 });

/** Of all MongoDB would say, how often each command was asked for. */
const serverStatus: Handler = async (_call, { asked }) => ({
  metrics: { commands: Object.fromEntries([...asked].map(([name, total]) => [name, { total }])) },
  ok: 1,
});

const endSessions: Handler = async ({ target }, { transactions }) => {
  const ended = (Array.isArray(target) ? target : []).map(sessionOf);
  await Promise.allSettled(ended.map((session) => transactions.endSession(session ?? '')));
  return { ok: 1 };
};

const commitTransaction: Handler = async ({ transaction }, { transactions }) => {
  if (transaction !== undefined) await transactions.end(transaction, 'COMMIT');
  return { ok: 1 };
};

const abortTransaction: Handler = async ({ transaction }, { transactions }) => {
  if (transaction !== undefined) await transactions.end(transaction, 'ROLLBACK');
  return { ok: 1 };
};

export const sessions = {
  hello,
  isMaster: hello,
  ismaster: hello,
  ping,
  buildInfo,
  buildinfo: buildInfo,
  serverStatus,
  endSessions,
  commitTransaction,
  abortTransaction,
} as const satisfies Record<string, Handler>;
