import { RequestError, type RequestErrorCode } from '../../request-error.ts';

/** An answer that is an error, as RFC 9457 has it. */
export interface ProblemDetails {
  readonly type: 'about:blank';
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  /** Which member of the request is wrong, and why; empty where none is. */
  readonly errors: readonly { readonly path: string; readonly detail: string }[];
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

/** Thrown by a route, or made of what one throws. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly status: number;
  /** Seconds after which the same request is welcome again. */
  readonly retryAfter: number | undefined;

  constructor(status: number, message: string, more: { cause?: unknown; retryAfter?: number } = {}) {
    super(message, { cause: more.cause });
    this.status = status;
    this.retryAfter = more.retryAfter;
  }

  details(): ProblemDetails {
    const { status, message } = this;
    const errors = message.split(/; |\n/).flatMap((text) => {
      const [, path, detail] = /^([a-zA-Z][\w-]*(?:\[\d+\]|\.[^\s:.[\]]+)*): (.+)$/s.exec(text) ?? [];
      return path && detail ? [{ path, detail }] : [];
    });
    return { type: 'about:blank', title: titles[status] ?? 'Error', status, detail: message, errors };
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

export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (!(error instanceof RequestError))
    return new Problem(500, 'an unexpected error; the log has it', { cause: error });
  const again = error.code === 'unavailable' ? { retryAfter: 1 } : {};
  const status = error.overloaded ? 429 : statuses[error.code];
  return new Problem(status, error.message, { cause: error, ...again });
}
