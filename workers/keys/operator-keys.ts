import { createHmac, timingSafeEqual } from 'node:crypto';
import { type CommandEnvelope, goodForMs, howToSign, signedText } from '../../jobs/commands.ts';
import { newestKeys, rights, type SealedKey } from '../../jobs/maintenance/api-keys.ts';
import { rightsToSign } from '../../jobs/permissions.ts';
import type { Pool } from '../pool/pool.ts';
import type { ApiKeys } from '../records/api-keys.ts';
import { openSeal, seal } from './key-seal.ts';

export interface KeyStores {
  readonly apiKeys: ApiKeys;
  readonly pool: Pick<Pool, 'settings'>;
}

export interface KeySettings {
  readonly domain: string;
  /** `API_KEYS_SECRET`. Absent: every operator's command is refused, and no key is stored. */
  readonly keysSecret?: string | undefined;
}

export type OperatorKeys = ReturnType<typeof openOperatorKeys>;

/** What a proven command asks for (`undefined`: its body is no JSON), or why it is not applied. */
export type OpenedCommand = { readonly body: unknown } | { readonly unproven: string };

/**
 * Who has signed an operator's command, and whether they may give it. Keys are read for each command: those
 * on record and the copies on the queue Redis, the newest of each name, so that a revoked key stays so
 * whichever of both stores went back.
 */
export function openOperatorKeys({ apiKeys, pool }: KeyStores, { domain, keysSecret }: KeySettings) {
  const newest = async (name: string): Promise<SealedKey | undefined> => {
    const [onRecord, copies] = await Promise.all([apiKeys.newest(), pool.settings.keyCopies()]);
    return newestKeys([...onRecord, ...copies]).find((key) => key.name === name);
  };

  /** Why a command is not applied; `undefined` where a key that may give it has signed it as it is. */
  const whyUnproven = async (command: CommandEnvelope, now: number): Promise<string | undefined> => {
    const { signature, operator, kind, at } = command;
    if (keysSecret === undefined)
      return 'API_KEYS_SECRET: the worker that applies commands has none, so it cannot tell who gave this one; set it in every worker, and give the command again';
    if (signature === undefined) return `signature: there is none; ${howToSign}`;
    const key = await newest(operator);
    if (key?.state !== 'active')
      return `operator: no key ${operator} works; "key list" shows those that do, "key create" makes one`;
    const secret = openSeal(key, keysSecret);
    if (secret === undefined)
      return `operator: key ${operator} was made under another API_KEYS_SECRET than workers have; rotate it ("key rotate ${operator}") under theirs`;
    if (!same(signature, signatureOf(secret, domain, command)))
      return `signature: it is not that of key ${operator} for this command; give the command again with the key as it is now ("key rotate ${operator}" makes a new one)`;
    if (Math.abs(now - at) > goodForMs)
      return `at: the command was signed on ${new Date(at).toISOString()}, more than a week off; look at the clock of whoever signed it, and give it again`;
    const allowed = rightsToSign(kind);
    return allowed.some((right) => key.rights.includes(right))
      ? undefined
      : `operator: key ${operator} may not ${kind}: it needs the right ${allowed.join(' or ')} ("key create NAME --may ${allowed[0]}")`;
  };

  return {
    /** Commands are signed for it. */
    domain,

    /**
     * Opens a command: the one way to what it asks for. Whoever applies it reads nothing of it that its
     * signature does not prove. `now`: ms since 1970.
     */
    async open(command: CommandEnvelope, now: number): Promise<OpenedCommand> {
      const unproven = await whyUnproven(command, now);
      return unproven === undefined ? { body: readable(command.body) } : { unproven };
    },

    /** Why a key may not be stored; `undefined` where the one who sealed it holds this worker's secret. */
    whyNotSealed(key: SealedKey): string | undefined {
      if (keysSecret === undefined)
        return 'API_KEYS_SECRET: this worker has none, so it cannot tell who made the key; set it';
      return openSeal(key, keysSecret) === undefined
        ? 'sealed: the key was not sealed under the API_KEYS_SECRET that this worker has'
        : undefined;
    },

    /**
     * What carrying out a command takes of a ladder, signed by the same operator; `undefined`: their key
     * works no more.
     */
    async onBehalf(
      { operator }: CommandEnvelope,
      command: Pick<CommandEnvelope, 'id' | 'kind' | 'target' | 'body'>,
    ): Promise<CommandEnvelope | undefined> {
      const key = await newest(operator);
      const secret = key?.state === 'active' && keysSecret !== undefined && openSeal(key, keysSecret);
      if (!secret) return undefined;
      const unsigned = { ...command, operator, at: Date.now() };
      return { ...unsigned, signature: signatureOf(secret, domain, unsigned) };
    },

    /**
     * Makes a key with every right where none of its name was ever made: a fleet on one machine begins with
     * it.
     */
    async makeFirst(name: string, secret: string): Promise<void> {
      if (keysSecret === undefined || (await newest(name))) return;
      const key = seal({ name, generation: 1, state: 'active', rights: [...rights] }, secret, keysSecret);
      if ((await apiKeys.put(key, new Date())) === 'stored') await pool.settings.copyKeys([key]);
    },
  };
}

function readable(body: string): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch {
    return undefined;
  }
}

const signatureOf = (secret: string, domain: string, command: Omit<CommandEnvelope, 'signature'>): string =>
  createHmac('sha256', secret).update(signedText(domain, command)).digest('hex');

function same(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}
