import { z } from 'zod';
import { defineJob } from '../contract.ts';
import { resourceName } from '../ids.ts';

/** What a key may allow: `permissions.ts` says which of them a call needs. */
export const rights = ['matchmake', 'report', 'configure', 'operate', 'read'] as const;
export type Right = (typeof rights)[number];

/** A key as people and programs hold it, `name~secret`: both parts. */
export const keyForm = /^([a-zA-Z0-9.-]{1,128})~([\w-]{43})$/;
export const keyProblem = 'must be name~secret, as "key create" prints it';

/**
 * The key that `OPERATOR_KEY` holds. A secret alone is that of the key `operator`: a store of secrets that
 * makes one by itself cannot put a name before it.
 */
export const operatorKeyOf = (text: string): string => (/^[\w-]{43}$/.test(text) ? `operator~${text}` : text);

const base64 = z.string().regex(/^[A-Za-z0-9+/]+={0,2}$/, 'must be base64');

/**
 * A key as it is kept: its secret is sealed by AES-256-GCM under `API_KEYS_SECRET`, with everything else as
 * additional data, so that nobody without that secret can make a key, or give one another name or more
 * rights. A key that is rotated or revoked is a new generation of its name.
 */
export const sealedKey = z.strictObject({
  name: resourceName,
  generation: z.int().min(1).max(1_000_000),
  state: z.enum(['active', 'revoked']),
  rights: z.array(z.enum(rights)).max(rights.length),
  iv: base64.length(16),
  /** Ciphertext and tag; of a revoked key the ciphertext is empty. */
  sealed: base64.max(256),
});
export type SealedKey = z.output<typeof sealedKey>;

/** The additional data of the seal. */
export const sealedWith = ({
  name,
  generation,
  state,
  rights: may,
}: Omit<SealedKey, 'iv' | 'sealed'>): string => JSON.stringify([name, generation, state, [...may].sort()]);

/** What the key of the seal is derived for, from `API_KEYS_SECRET`, by HKDF-SHA256 without salt. */
export const sealPurpose = 'matchmaking fleet: keys of the HTTP API';
/** 32 characters at least: it guards every key. */
export const shortestKeysSecret = 32;

/** Of several generations of keys the newest of each name. */
export function newestKeys(all: readonly SealedKey[]): SealedKey[] {
  const newest = new Map<string, SealedKey>();
  for (const key of all)
    if ((newest.get(key.name)?.generation ?? 0) < key.generation) newest.set(key.name, key);
  return [...newest.values()];
}

/**
 * Stores the next generation of a key. Its seal says that whoever made it holds `API_KEYS_SECRET`; a worker
 * without that secret refuses it. Result: `{ name, generation }`. The same generation again, with the same
 * seal, changes nothing.
 */
export const putApiKey = defineJob({
  kind: 'put-api-key',
  queue: 'maintenance',
  item: sealedKey,
  result: z.object({ name: z.string(), generation: z.int() }),
  limit: 1,
});

/**
 * Writes every key from the record to the copy that the API reads. The API asks for it before it believes a
 * copy on a server that it does not know, so that a revoked key does not come back with an older store.
 * Result: `{ keys }`, sealed, the newest of each name.
 */
export const copyApiKeys = defineJob({
  kind: 'copy-api-keys',
  queue: 'maintenance',
  item: z.strictObject({}),
  result: z.object({ keys: z.array(sealedKey) }),
  limit: 1,
  attempts: 3,
});
