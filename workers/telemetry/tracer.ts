/**
 * What a call leaves the process for: `aws` an AWS service, `remote` anything else. Absent for work of our
 * own.
 */
export type Namespace = 'aws' | 'remote';

/** How work ended that did not throw: `error` the caller's mistake, `throttle` put off, `fault` ours. */
export type Mark = 'error' | 'throttle' | 'fault';

/** Searchable fields: letters, digits and `_` in the keys. Never player attributes or tokens. */
export type Annotations = Readonly<Record<string, string | number | boolean>>;

/** Where in which trace some code runs; for `together` to come back to. */
export type Place = object;

/**
 * Tracing as the fleet sees it. A trace is one journey over processes; a segment is one process's part of it
 * (a job), a subsegment one step of that part (a call to Redis, DocumentDB, AWS).
 *
 * A port: whatever comes after X-Ray replaces one implementation. Work is never affected by its tracing: it
 * runs, returns and throws the same with any tracer.
 */
export interface Tracer {
  /**
   * Runs `work` as a segment of the trace named in `header`, or of a new one where there is none or it does
   * not parse. A throw marks the segment as faulty.
   */
  segment<T>(
    name: string,
    header: string | undefined,
    work: () => Promise<T>,
    annotations?: Annotations,
  ): Promise<T>;
  /** Runs `work` as a step of the current (sub)segment; outside of one it just runs. */
  subsegment<T>(name: string, work: () => Promise<T>, namespace?: Namespace): Promise<T>;
  /**
   * Says that the current segment works for another trace too: a job carries many tickets, a cycle matches
   * tickets of many. That trace gets a segment of its own, with the same times, outcome and annotations,
   * these beside them, and a link to this one. Of the own trace, these annotations alone are noted.
   */
  serve(header: string | undefined, annotations: Annotations): void;
  /** How the current (sub)segment ended, where nothing is thrown. */
  mark(how: Mark): void;
  /**
   * What the next hop needs to join this trace; undefined outside of a segment. Where this trace is not
   * recorded and one it serves is, it is that one.
   */
  header(): string | undefined;
  traceId(): string | undefined;
  here(): Place | undefined;
  /** Runs work that several (sub)segments share, a batch say, as a step of each of them. */
  together<T>(places: readonly (Place | undefined)[], work: () => Promise<T>): Promise<T>;
}

/** Tracing switched off. */
export const noTracer: Tracer = {
  segment: (_name, _header, work) => work(),
  subsegment: (_name, work) => work(),
  serve: () => {},
  mark: () => {},
  header: () => undefined,
  traceId: () => undefined,
  here: () => undefined,
  together: (_places, work) => work(),
};
