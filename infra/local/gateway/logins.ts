/**
 * Who is logged in on which connection. Users and passwords are the engine's, which also checks the proofs.
 *
 *   saslStart ──▶ challenged ──saslContinue──▶ logged in, until the connection ends or its user is changed
 *                     └── any fault: code 18, and the conversation is over
 */

import { randomBytes } from 'node:crypto';
import { deserialize } from 'bson';
import { CommandError } from './errors.ts';
import type { Grant } from './grants.ts';
import { bsonOf, type Postgres } from './postgres.ts';
import { challenge, type Opening, readClosing, readOpening } from './scram.ts';

export const mechanism = 'SCRAM-SHA-256';

interface Conversation extends Opening {
  readonly challenge: string;
  /** Whether the client wants the end told in a round of its own. */
  readonly emptyRound: boolean;
}

interface Login {
  readonly user: string;
  readonly grants: readonly Grant[];
}

/** One turn of the server's. */
interface Turn {
  readonly done: boolean;
  readonly payload: string;
}

const refused = () => new CommandError('AuthenticationFailed', 'Authentication failed.');

export class Logins {
  /** False: nobody has to log in, and everything is allowed. */
  readonly required: boolean;
  readonly #postgres: Pick<Postgres, 'ask'>;
  readonly #conversations = new Map<number, Conversation | 'proven'>();
  readonly #open = new Map<number, Login>();

  constructor(postgres: Pick<Postgres, 'ask'>, required: boolean) {
    this.#postgres = postgres;
    this.required = required;
  }

  /** What the user of a connection may do; undefined before a login. */
  grantsOf(peer: number): readonly Grant[] | undefined {
    return this.#open.get(peer)?.grants;
  }

  /** The first turn of a login. One that was begun before on this connection is given up. */
  async start(peer: number, payload: Uint8Array, emptyRound: boolean): Promise<Turn> {
    this.#conversations.delete(peer);
    const first = readOpening(payload);
    const { salt, iterations } = await this.#engine('loginSalt', [first.user]);
    if (typeof salt !== 'string' || salt === '') throw refused();
    const nonce = first.nonce + randomBytes(24).toString('base64');
    const text = challenge(nonce, salt, Number(iterations));
    this.#conversations.set(peer, { ...first, nonce, challenge: text, emptyRound });
    return { done: false, payload: text };
  }

  /** The second turn, and the empty third one of clients that want it. */
  async continue(peer: number, payload: Uint8Array): Promise<Turn> {
    const conversation = this.#conversations.get(peer);
    this.#conversations.delete(peer);
    if (conversation === undefined) throw new CommandError('ProtocolError', 'No login is in progress here.');
    if (conversation === 'proven') return { done: true, payload: '' };

    const { user, bare, nonce, channel, emptyRound } = conversation;
    const last = readClosing(payload);
    if (last.nonce !== nonce || last.channel !== channel) throw refused();
    const signed = `${bare},${conversation.challenge},${last.unproven}`;
    const { ok, ServerSignature } = await this.#engine('login', [user, signed, last.proof]);
    const [note] = await this.#postgres.ask('grants', [user]);
    if (ok !== 1 || typeof note !== 'string') throw refused();
    this.#open.set(peer, { user, grants: JSON.parse(note) });
    if (emptyRound) this.#conversations.set(peer, 'proven');
    return { done: !emptyRound, payload: `v=${ServerSignature}` };
  }

  /** Ends the logins of a user who is no more, or may do other things now. Their connections stay. */
  end(user: string): void {
    for (const [peer, login] of this.#open) if (login.user === user) this.#open.delete(peer);
  }

  dropPeer(peer: number): void {
    this.#conversations.delete(peer);
    this.#open.delete(peer);
  }

  async #engine(statement: 'loginSalt' | 'login', values: string[]) {
    const answer = bsonOf((await this.#postgres.ask(statement, values))[0]);
    return answer === null ? {} : deserialize(answer);
  }
}
