import type { z } from 'zod';
import { fieldProblems, problemsOf } from '../jobs/contract.ts';
import { RequestError } from './request-error.ts';

/** The input in its normal form, or an `invalid-request` that lists every problem by field. */
export function parse<T>(schema: z.ZodType<T>, input: unknown): T {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  throw new RequestError('invalid-request', fieldProblems(parsed.error), { cause: parsed.error });
}

/** What a worker answered, as the contract has it. A worker of another version may answer otherwise. */
export function resultOf<Result>(
  { kind, result }: { readonly kind: string; readonly result: z.ZodType<Result> },
  answer: unknown,
): Result {
  const parsed = result.safeParse(answer);
  if (parsed.success) return parsed.data;
  const problems = problemsOf(parsed.error).join('; ');
  throw new RequestError(
    'unavailable',
    `the answer to ${kind} is not as this version of the client knows it; is the worker of another version? ${problems}`,
    { cause: parsed.error, outcome: 'unknown' },
  );
}
