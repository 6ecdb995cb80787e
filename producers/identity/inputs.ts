import { z } from 'zod';
import { problemsOf } from '../../jobs/contract.ts';
import { IdentityError } from './identity-error.ts';

/**
 * Pools compare addresses without regard to case; so do we, and send one spelling only. 128 characters are Cognito's limit
 * for a user name, which the address is.
 */
const email = z.string().trim().max(128).toLowerCase().pipe(z.email());

/** Cognito's own bounds. How strong it must be is the pool's policy, answered as `weak-password`. */
const password = z
  .string()
  .max(256)
  .regex(/^\S.*\S$/, 'must have at least two characters and no space or line break at either end');

/** Longer than any token with its groups; a bound before anything is decoded. */
const token = z.string().min(1).max(16_384);

export const credentials = z.strictObject({ email, password });
const code = z.string().regex(/^\d{4,10}$/, 'must be the code of the mail, 4 to 10 digits');

export const confirmation = z.strictObject({ email, code });
export const newPassword = z.strictObject({ email, code, password });
export const addressee = z.strictObject({ email });
/** Both take a whole `SignedIn` too. */
export const refreshing = z.object({ refreshToken: token });
export const access = z.object({ accessToken: token });

/** The input in its normal form, or an `invalid-request` that names each bad field and repeats no value. */
export function checked<T>(schema: z.ZodType<T>, input: unknown): T {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  throw new IdentityError('invalid-request', { message: problemsOf(parsed.error).join('; ') });
}
