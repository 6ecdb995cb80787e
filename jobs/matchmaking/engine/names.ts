/** Set where each string of a set has a bit that it shares with no other string. */
const distinct = 1 << 31;

/** How many bits are given away. */
const most = 31;

/**
 * A set of strings as bits: 0 to 30 stand for strings, the sign says that none of them stands for two, so
 * that sets can be compared by their bits alone. `everything` is what all sets have in common with
 * themselves.
 */
export type Bits = number;
export const everything: Bits = -1;

/**
 * Gives the first 31 strings that it sees a bit each; later ones share these, so that strings of clients fill
 * no memory.
 */
export class Names {
  readonly #bits = new Map<string, Bits>();

  bitsOf(names: Iterable<string>): Bits {
    let bits = distinct;
    for (const name of names) bits = either(bits, this.#bitOf(name));
    return bits;
  }

  #bitOf(name: string): Bits {
    const known = this.#bits.get(name);
    if (known !== undefined) return known;
    if (this.#bits.size === most) return 1 << (hashOf(name) % most);
    const bits = (1 << this.#bits.size) | distinct;
    this.#bits.set(name, bits);
    return bits;
  }
}

function hashOf(name: string): number {
  let hash = 0;
  for (let at = 0; at < name.length; at++) hash = (Math.imul(hash, 31) + name.charCodeAt(at)) >>> 0;
  return hash;
}

/** The strings of two sets together. */
export const either = (one: Bits, other: Bits): Bits => stringsIn(one | other) | (one & other & distinct);

/** The bits that stand for strings. */
export const stringsIn = (bits: Bits): number => bits & ~distinct;

/** Whether every bit stands for one string. */
export const isExact = (bits: Bits): boolean => bits < 0;

export function countOf(bits: Bits): number {
  let count = 0;
  for (let left = stringsIn(bits); left !== 0; left &= left - 1) count++;
  return count;
}
