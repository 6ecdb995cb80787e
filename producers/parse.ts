import type { z } from 'zod';
import { problemsOf } from '../jobs/contract.ts';
import { RequestError } from './request-error.ts';

/** The input in its normal form, or an `invalid-request` that lists every problem by field. */
export function parse<T>(schema: z.ZodType<T>, input: unknown): T {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  throw new RequestError('invalid-request', problemsOf(parsed.error).join('; '), parsed.error);
}
