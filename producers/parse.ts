import type { z } from 'zod';
import { fieldProblems } from '../jobs/contract.ts';
import { RequestError } from './request-error.ts';

/** The input in its normal form, or an `invalid-request` that lists every problem by field. */
export function parse<T>(schema: z.ZodType<T>, input: unknown): T {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  throw new RequestError('invalid-request', fieldProblems(parsed.error), { cause: parsed.error });
}
