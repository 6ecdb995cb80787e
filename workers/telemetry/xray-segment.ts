import { randomBytes } from 'node:crypto';
import type { Annotations, Mark, Namespace } from './tracer.ts';

/**
 * Segment documents, as X-Ray takes them:
 * https://docs.aws.amazon.com/xray/latest/devguide/xray-api-segmentdocuments.html
 * Written in the order of their fields there, so that they are sent as they stand.
 */
export interface Step {
  readonly name: string;
  /** 16 hex digits, unique within a trace. */
  readonly id: string;
  /** Seconds since 1970. */
  readonly start_time: number;
  end_time?: number;
  /** Instead of an end, where a segment ends before its step does. */
  in_progress?: true | undefined;
  readonly namespace?: Namespace | undefined;
  error?: true;
  throttle?: true;
  fault?: true;
  cause?: { readonly exceptions: readonly { id: string; type: string; message: string }[] };
  annotations?: Annotations;
  subsegments?: Step[];
}

export interface Segment extends Step {
  readonly trace_id: string;
  readonly parent_id?: string | undefined;
  metadata?: { default: Record<string, unknown> };
  /**
   * Other traces' segments of the same work; undocumented, as the OpenTelemetry collector writes it for
   * X-Ray.
   */
  links?: { readonly trace_id: string; readonly id: string }[];
}

/**
 * Random for each process, then counted: no two of a trace are alike, at a fraction of the cost of random
 * ids.
 */
const processId = randomBytes(4).toString('hex');
let counter = randomBytes(4).readUInt32BE();
export function nextId(): string {
  counter = (counter + 1) >>> 0;
  return processId + counter.toString(16).padStart(8, '0');
}

/** Longest message (characters) kept of an error. */
const maxMessage = 500;

/**
 * Errors that are described already, where they were thrown: what they pass on their way up is marked, no
 * more.
 */
const described = new WeakSet<object>();

/** Marks steps by what their work threw. */
export function fail(steps: readonly Step[], error: unknown): void {
  const how = isThrottling(error) ? 'throttle' : 'fault';
  for (const step of steps) mark(step, how);
  if (!(error instanceof Error) || described.has(error)) return;
  described.add(error);
  const { name: type, message } = error;
  for (const step of steps)
    step.cause = { exceptions: [{ id: nextId(), type, message: message.slice(0, maxMessage) }] };
}

/** X-Ray's words: a throttle is an error too, a fault is ours. */
export function mark(step: Step, how: Mark): void {
  if (how === 'fault') step.fault = true;
  else step.error = true;
  if (how === 'throttle') step.throttle = true;
}

/** Items listed of work that has many. */
const maxListed = 50;

/** Notes one of the items a segment worked on: the first can be searched for, the others are listed. */
export function noteItem(segment: Segment, item: Annotations): void {
  const taken = segment.annotations ?? {};
  const isNew = Object.entries(item).every(
    ([key, value]) => taken[key] === undefined || taken[key] === value,
  );
  if (isNew) {
    segment.annotations = { ...taken, ...item };
    return;
  }
  segment.metadata ??= { default: { items: [] } };
  const listed = segment.metadata.default['items'] as Annotations[];
  if (listed.length < maxListed) listed.push(item);
}

/** AWS by the error's name; Redis when it is full, loading or busy with a script. */
const isThrottling = (error: unknown): boolean =>
  error instanceof Error &&
  (/Throttl|TooManyRequests|ProvisionedThroughput|LimitExceeded/.test(error.name) ||
    /^(OOM|LOADING|BUSY|TRYAGAIN) /.test(error.message));
