import { z } from 'zod';
import { problemsOf } from '../../jobs/contract.ts';
import { IdentityError } from './identity-error.ts';

/**
 * Pools compare addresses without regard to case; so do we, and send one spelling only. 128 characters are
 * Cognito's limit for a user name, which the address is.
 */
const email = z.string().trim().max(128).toLowerCase().pipe(z.email());

/** Cognito's own bounds. How strong it must be is the pool's policy, answered as `weak-password`. */
const password = z
  .string()
  .max(256)
  .regex(/^\S.*\S$/, 'must have at least two characters and no space or line break at either end');

/** Longer than any token with its groups; a bound before anything is decoded. */
const token = z.string().min(1).max(16_384);

/**
 * Cognito's bound; without `@`, since a pool with the address as alias refuses a user name that looks like
 * one.
 */
const userName = z
  .string('is required: this pool lets players choose user names')
  .max(128, 'must have 128 characters at most')
  .regex(/^[^\s@]+$/, 'must have no space and no @');

export const credentials = z.strictObject({ email, password });
const code = z.string().regex(/^\d{4,10}$/, 'must be the code of the mail, 4 to 10 digits');

const confirmation = z.strictObject({ email, code });
export const addressee = z.strictObject({ email });
/** How a player is registered and confirmed, by what the pool's user names are. */
export const accountForms = {
  email: { registration: credentials, confirmation, addressee },
  chosen: {
    registration: z.strictObject({ email, password, userName }),
    confirmation: z.strictObject({ userName, code }),
    addressee: z.strictObject({ userName }),
  },
} as const;
export const newPassword = z.strictObject({ email, code, password });
/** Both take a whole `SignedIn` too. */
export const refreshing = z.object({ refreshToken: token });
export const access = z.object({ accessToken: token });

/** The input in its normal form, or an `invalid-request` that names each bad field and repeats no value. */
export function checked<T>(schema: z.ZodType<T>, input: unknown): T {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  throw new IdentityError('invalid-request', { message: problemsOf(parsed.error).join('; ') });
}
