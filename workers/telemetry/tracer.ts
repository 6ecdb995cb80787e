/** What a call leaves the process for: `aws` an AWS service, `remote` anything else. Absent for work of our own. */
type Namespace = 'aws' | 'remote';

/** How work ended that did not throw: `error` the caller's mistake, `throttle` put off, `fault` ours. */
type Mark = 'error' | 'throttle' | 'fault';

/**
 * Tracing as the fleet sees it. A trace is one journey over processes; a segment is one process's part of it (a job),
 * a subsegment one step of that part (a call to Redis, DocumentDB, AWS).
 *
 * A port, since the X-Ray SDK is in maintenance: whatever comes next replaces one file. Work is never affected by its
 * tracing: it runs, returns and throws the same with any tracer.
 */
export interface Tracer {
  /**
   * Runs `work` as a segment of the trace named in `header`, or of a new one where there is none or it does not parse.
   * A throw marks the segment as faulty.
   */
  segment<T>(name: string, header: string | undefined, work: () => Promise<T>): Promise<T>;
  /** Runs `work` as a step of the current (sub)segment; outside of one it just runs. */
  subsegment<T>(name: string, work: () => Promise<T>, namespace?: Namespace): Promise<T>;
  /** A searchable field of the current (sub)segment. Letters, digits and `_` in the key; never attributes or tokens. */
  annotate(key: string, value: string | number | boolean): void;
  /** How the current (sub)segment ended, where nothing is thrown. */
  mark(how: Mark): void;
  /** What the next hop needs to join this trace; undefined outside of a segment. */
  header(): string | undefined;
  traceId(): string | undefined;
}

/** Tracing switched off. */
export const noTracer: Tracer = {
  segment: (_name, _header, work) => work(),
  subsegment: (_name, work) => work(),
  annotate: () => {},
  mark: () => {},
  header: () => undefined,
  traceId: () => undefined,
};
