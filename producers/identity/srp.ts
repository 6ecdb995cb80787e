import { createHash, createHmac, getDiffieHellman, hkdfSync, randomBytes } from 'node:crypto';

/**
 * Secure Remote Password as Cognito speaks it: the password proves itself and never leaves this process.
 * SRP-6a with SHA-256 over the 3072-bit group of RFC 3526 and generator 2; the session key is 16 bytes of
 * HKDF. Source: RFC 5054, and for the paddings and names Cognito's own SDKs.
 */
const N = BigInt(`0x${getDiffieHellman('modp15').getPrime('hex')}`);
const g = 2n;
const k = hash(padded(N), padded(g));

/** What Cognito asks back, as it names it. */
interface SrpChallenge {
  readonly SRP_B: string;
  readonly SALT: string;
  readonly SECRET_BLOCK: string;
  readonly USER_ID_FOR_SRP: string;
}

export interface SrpSession {
  /** The public number a sign-in begins with, hex. */
  readonly A: string;
  /**
   * What answers the challenge. `undefined` when it comes from nobody who means well, and nothing must be
   * told.
   */
  answer(challenge: SrpChallenge, password: string, now: Date): SrpAnswer | undefined;
}

interface SrpAnswer {
  readonly TIMESTAMP: string;
  readonly PASSWORD_CLAIM_SIGNATURE: string;
}

/** Begins a sign-in at a user pool; `secret` is this sign-in's own private number. */
export function beginSrp(userPoolId: string, secret = randomBytes(128)): SrpSession {
  const a = BigInt(`0x${secret.toString('hex')}`);
  const A = power(g, a);
  const poolName = userPoolId.split('_')[1] ?? '';

  return {
    A: A.toString(16),
    answer({ SRP_B, SALT, SECRET_BLOCK, USER_ID_FOR_SRP: user }, password, now) {
      const B = BigInt(`0x${SRP_B}`);
      const u = hash(padded(A), padded(B));
      if (B % N === 0n || u === 0n) return undefined;
      const inner = digest(Buffer.from(`${poolName}${user}:${password}`));
      const x = hash(padded(BigInt(`0x${SALT}`)), inner);
      const base = (((B - k * power(g, x)) % N) + N) % N;
      const S = power(base, a + u * x);
      const key = Buffer.from(hkdfSync('sha256', padded(S), padded(u), 'Caldera Derived Key', 16));
      const TIMESTAMP = timestampOf(now);
      const signed = createHmac('sha256', key)
        .update(`${poolName}${user}`)
        .update(Buffer.from(SECRET_BLOCK, 'base64'))
        .update(TIMESTAMP);
      return { TIMESTAMP, PASSWORD_CLAIM_SIGNATURE: signed.digest('base64') };
    },
  };
}

/** `Tue Sep 1 09:05:07 UTC 2026`: the day without a leading zero, the rest with. */
function timestampOf(now: Date): string {
  const [weekday, day, month, year, time] = now.toUTCString().replace(',', '').split(' ');
  return `${weekday} ${month} ${Number(day)} ${time} UTC ${year}`;
}

function digest(...parts: readonly Buffer[]): Buffer {
  return createHash('sha256').update(Buffer.concat(parts)).digest();
}

function hash(...parts: readonly Buffer[]): bigint {
  return BigInt(`0x${digest(...parts).toString('hex')}`);
}

/**
 * Bytes of a number as Cognito hashes them: positive in two's complement, so a leading bit of one gets a zero
 * byte.
 */
function padded(number: bigint): Buffer {
  const hex = number.toString(16);
  const even = hex.length % 2 === 0 ? hex : `0${hex}`;
  return Buffer.from(/^[89a-f]/.test(even) ? `00${even}` : even, 'hex');
}

/** base^exponent mod N, by squaring. */
function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  let square = base % N;
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % N;
    square = (square * square) % N;
  }
  return result;
}
