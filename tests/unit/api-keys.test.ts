import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { rights, type SealedKey } from '../../jobs/maintenance/api-keys.ts';
import { openKeyRing } from '../../producers/keys/key-ring.ts';
import { openSeal, readToken, sameSecret, seal, tokenOf } from '../../producers/keys/seal.ts';

const keysSecret = 'only for tests: 32 characters or more';
const key = (change: Partial<SealedKey> = {}, secret = 's'.repeat(43)) =>
  seal({ name: 'studio', generation: 1, state: 'active', rights: ['read'], ...change }, secret, keysSecret);

describe('the seal of a key', () => {
  test('opens under the secret it was made with, and no other', () => {
    expect(openSeal(key(), keysSecret)).toBe('s'.repeat(43));
    expect(openSeal(key(), `${keysSecret}!`)).toBeUndefined();
  });

  test.each<[string, Partial<SealedKey>]>([
    ['name', { name: 'other' }],
    ['rights', { rights: [...rights] }],
    ['generation', { generation: 2 }],
    ['state', { state: 'revoked' }],
  ])('does not open for another %s: nobody without the secret gives a key more', (_what, change) => {
    expect(openSeal({ ...key(), ...change }, keysSecret)).toBeUndefined();
  });

  test('does not open with any bit of it changed', () => {
    const made = key();
    const bytes = Buffer.from(made.sealed, 'base64');
    fc.assert(
      fc.property(fc.nat(bytes.length * 8 - 1), (bit) => {
        const changed = Buffer.from(bytes);
        changed.writeUInt8(changed.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
        expect(openSeal({ ...made, sealed: changed.toString('base64') }, keysSecret)).toBeUndefined();
      }),
    );
  });
});

test('a key is read from its token, and nothing else is one', () => {
  const secret = 'x'.repeat(43);
  expect(readToken(tokenOf('a.b-c', secret))).toEqual({ name: 'a.b-c', secret });
  for (const text of ['', 'a', 'a~b', `~${secret}`, `a~${secret}x`, `a b~${secret}`, 'ey.ey.sig'])
    expect(readToken(text), text).toBeUndefined();
  expect([sameSecret('a', 'a'), sameSecret('a', 'b'), sameSecret('', 'a')]).toEqual([true, false, false]);
});

describe('the key ring', () => {
  /** A store with copies, on a run of a server, and the record behind it. */
  const world = () => ({
    run: 'one',
    copies: [] as SealedKey[],
    record: [] as SealedKey[],
    asked: 0,
    time: 0,
  });
  const ringOf = (it: ReturnType<typeof world>) =>
    openKeyRing(
      {
        readApiKeyCopies: async () => ({ keys: it.copies, run: it.run }),
        readApiKeys: async () => {
          it.asked++;
          return it.record;
        },
      },
      keysSecret,
      () => it.time,
    );

  test('a revoked key does not come back with a store that went back, nor by a process that has just begun', async () => {
    const it = world();
    it.copies = it.record = [key({ generation: 2, state: 'revoked', rights: [] }, '')];
    const seasoned = ringOf(it);
    expect(await seasoned.find('studio')).toBeUndefined();

    it.run = 'two';
    it.copies = [key()];
    it.time += 60_000;

    expect(await seasoned.find('studio')).toBeUndefined();
    expect(await ringOf(it).find('studio')).toBeUndefined();
  });

  test('the record is asked once for each run of the server; what is added later comes by its copy', async () => {
    const it = world();
    const ring = ringOf(it);
    expect(await ring.find('studio')).toBeUndefined();

    it.copies = [key()];
    it.time += 60_000;

    expect(await ring.find('studio')).toMatchObject({ name: 'studio' });
    expect(it.asked).toBe(1);
  });

  test('a copy that somebody forged is no key', async () => {
    const it = world();
    it.copies = [{ ...key(), rights: [...rights] }];

    expect(await ringOf(it).find('studio')).toBeUndefined();
  });

  test('while the copies cannot be read the keys known before work for a minute', async () => {
    const it = world();
    it.copies = [key()];
    const ring = ringOf(it);
    await ring.find('studio');
    Object.defineProperty(it, 'copies', {
      get: () => {
        throw new Error('away');
      },
    });

    it.time += 30_000;
    expect(await ring.find('studio')).toBeDefined();
    it.time += 40_000;
    await expect(ring.find('studio')).rejects.toMatchObject({ code: 'unavailable' });
  });
});
