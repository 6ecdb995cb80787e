/** What every command handler is given and gives back. */

import type { Document } from 'bson';
import type { Call } from './call.ts';
import type { Cursors } from './cursors.ts';
import type { Logins } from './logins.ts';
import type { Postgres } from './postgres.ts';
import type { Transactions } from './transactions.ts';

/**
 * Which documents are refused, also as updates: those of one collection that contain a text. Without a text
 * none is.
 */
export interface RefusedDocuments {
  collection?: string;
  text?: string;
}

export interface Gateway {
  readonly postgres: Postgres;
  readonly transactions: Transactions;
  readonly cursors: Cursors;
  readonly logins: Logins;
  /** host:port as drivers reach us. */
  readonly address: string;
  /** How often each command was asked for since the start, as `serverStatus` tells. */
  readonly asked: Map<string, number>;
  /** Documents that are not stored. */
  readonly refused: RefusedDocuments;
}

/** Answers with a document, already BSON where the engine wrote it. */
export type Handler = (call: Call, gateway: Gateway) => Promise<Document | Buffer | null>;
