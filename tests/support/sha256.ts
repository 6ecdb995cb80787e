import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto';

/** SHA-256 as the signers of AWS SDKs take it. */
export class Sha256Of {
  readonly #hash: Hash | Hmac;

  constructor(key?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = key === undefined ? createHash('sha256') : createHmac('sha256', Buffer.from(key as string));
  }

  update(text: string | ArrayBuffer | ArrayBufferView): void {
    this.#hash.update(Buffer.from(text as string));
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }

  reset(): void {}
}
