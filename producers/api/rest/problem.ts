import { boundedProblems, type Problem, problemLine, problemList } from '../../../jobs/problem-list.ts';
import { RequestError, type RequestErrorCode, type RequestOutcome } from '../../request-error.ts';

/** An answer that is an error, as RFC 9457 has it. */
export interface ProblemDetails {
  readonly type: 'about:blank';
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  /** Which member of the request is wrong, and why; empty where none is. */
  readonly errors: readonly { readonly path: string; readonly detail: string }[];
  /** Whether anything may have been changed. */
  readonly outcome: RequestOutcome;
}

const titles: Readonly<Record<number, string>> = {
  400: 'The request is not valid',
  401: 'Who asks?',
  403: 'Not allowed',
  404: 'Not found',
  409: 'It contradicts what is there',
  412: 'It is another version',
  413: 'The request is too large',
  422: 'Refused',
  429: 'Too many requests',
  500: 'An unexpected error',
  503: 'Not available now',
};

interface More {
  readonly cause?: unknown;
  /** What to show instead of the problems, one after the other. */
  readonly message?: string;
  /** Default: `not-done`. */
  readonly outcome?: RequestOutcome;
  readonly retryAfter?: number;
}

/** Thrown by a route, or made of what one throws. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';
  readonly status: number;
  /** Seconds after which the same request is welcome again. */
  readonly retryAfter: number | undefined;

  readonly problems: readonly Problem[];
  readonly outcome: RequestOutcome;

  constructor(status: number, what: string | readonly Problem[], more: More = {}) {
    const text = typeof what === 'string' ? what : problemList(what.map(problemLine)).join('; ');
    super(more.message ?? text, { cause: more.cause });
    this.problems = typeof what === 'string' ? [] : boundedProblems(what);
    this.outcome = more.outcome ?? 'not-done';
    this.status = status;
    this.retryAfter = more.retryAfter;
  }

  details(): ProblemDetails {
    const { status, message, outcome } = this;
    const errors = this.problems.map(({ path, message: detail }) => ({ path, detail }));
    return {
      type: 'about:blank',
      title: titles[status] ?? 'Error',
      status,
      detail: message,
      errors,
      outcome,
    };
  }
}

const statuses: Readonly<Record<RequestErrorCode, number>> = {
  'invalid-request': 400,
  'not-found': 404,
  'not-allowed': 403,
  conflict: 409,
  refused: 422,
  unavailable: 503,
  pending: 503,
};

export function problemOf(error: unknown): ApiProblem {
  if (error instanceof ApiProblem) return error;
  if (!(error instanceof RequestError))
    return new ApiProblem(500, 'an unexpected error; the log has it', { cause: error, outcome: 'unknown' });
  const { code, message, problems, outcome, overloaded } = error;
  const again = code === 'unavailable' ? { retryAfter: 1 } : {};
  const status = overloaded ? 429 : statuses[code];
  return new ApiProblem(status, problems, { ...{ message, outcome, cause: error }, ...again });
}
