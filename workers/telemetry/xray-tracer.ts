import { AsyncLocalStorage } from 'node:async_hooks';
import { randomBytes } from 'node:crypto';
import { formatTraceHeader, isRecorded, newTraceId, parseTraceHeader } from '../../jobs/trace-header.ts';
import type { Annotations, Namespace, Tracer } from './tracer.ts';
import { connectDaemon, type DaemonOptions } from './xray-daemon.ts';
import { fail, mark, nextId, noteItem, type Segment, type Step } from './xray-segment.ts';

export interface XrayOptions extends DaemonOptions {
  /**
   * Share of traces recorded, 0 to 1, where the caller left the decision open. Default 0.05: X-Ray bills by
   * recorded trace.
   */
  readonly rate?: number;
}

/** One run of a job, recorded or not. */
interface Run {
  readonly name: string;
  readonly header: string | undefined;
  readonly root: string;
  readonly parent: string | undefined;
  readonly annotations: Annotations;
  /** When it began: seconds since 1970, and ms of the monotonic clock, by which its steps are timed. */
  readonly startedAt: number;
  readonly startedTick: number;
  /** Absent: its trace is not recorded, only the id travels. */
  readonly segment: Segment | undefined;
  /** Its segments in other traces it serves, by trace. */
  twins?: Map<string, Segment>;
  steps: number;
  isOver: boolean;
}

/** A recorded (sub)segment in its run. */
interface At {
  readonly run: Run;
  readonly step: Step;
}

/** Where code is: in a run, or in work that several share; `at` has the recorded ones of those. */
interface Here {
  readonly run: Run;
  readonly at: readonly At[];
}

/**
 * Steps of one segment and other traces of one run: what is beyond them is left out, so that a segment fits a
 * datagram.
 */
const maxSteps = 150;
const maxTwins = 200;

/**
 * Tracing by X-Ray, without its SDK: that is in maintenance, and spends several times what this does on each
 * segment (`npm run bench -- tracing`). Where the code is, is kept in an AsyncLocalStorage.
 */
export const createXrayTracer = async ({ rate = 0.05, ...daemon }: XrayOptions): Promise<Tracer> =>
  createSegmentTracer(await connectDaemon(daemon), rate);

/**
 * Tracing by segments that are handed to `send` when they end: to X-Ray's daemon, or to whoever translates
 * them.
 */
export function createSegmentTracer(send: (segment: Segment) => void, rate: number): Tracer {
  const places = new AsyncLocalStorage<Here>();
  const inside = (here: Here | undefined): Here | undefined => (here?.run.isOver ? undefined : here);
  const current = () => inside(places.getStore());

  return {
    async segment(name, header, work, annotations = {}) {
      const run = begin(name, header, annotations, rate);
      const at = run.segment ? [{ run, step: run.segment }] : [];
      try {
        return await places.run({ run, at }, work);
      } catch (error) {
        if (run.segment) fail([run.segment], error);
        for (const twin of run.twins?.values() ?? []) fail([twin], error);
        throw error;
      } finally {
        end(run, send);
      }
    },
    subsegment(name, work, namespace) {
      const here = current();
      if (!here || here.at.length === 0) return work();
      const at = here.at.flatMap((it) => beginStep(it, name, namespace));
      if (at.length === 0) return work();
      return places.run({ run: here.run, at }, () => endingSteps(at, work));
    },
    serve(header, annotations) {
      const here = current();
      if (!here) return;
      const segment = segmentIn(here.run, header, rate);
      if (segment) noteItem(segment, annotations);
    },
    mark(how) {
      const { at = [], run } = current() ?? {};
      for (const { step } of at) mark(step, how);
      if (!run?.segment) for (const twin of run?.twins?.values() ?? []) mark(twin, how);
    },
    header() {
      const here = places.getStore();
      if (!here) return undefined;
      const [first] = here.at;
      if (first) return formatTraceHeader({ root: first.run.root, parent: first.step.id, sampled: true });
      const twin = here.run.twins?.values().next().value;
      if (twin) return formatTraceHeader({ root: twin.trace_id, parent: twin.id, sampled: true });
      const { root, parent } = here.run;
      return formatTraceHeader({ root, ...(parent && { parent }), sampled: false });
    },
    traceId: () => places.getStore()?.run.root,
    here: () => places.getStore(),
    together(members, work) {
      const open = [...new Set(members as readonly (Here | undefined)[])].flatMap((it) => inside(it) ?? []);
      const [first] = open;
      if (!first) return places.exit(work);
      return places.run(
        open.length === 1 ? first : { run: first.run, at: open.flatMap((it) => it.at) },
        work,
      );
    },
  };
}

function begin(name: string, header: string | undefined, annotations: Annotations, rate: number): Run {
  const given = parseTraceHeader(header);
  const root = given?.root ?? newTraceId(Date.now(), randomBytes(12).toString('hex'));
  const parent = given?.parent;
  const startedAt = Date.now() / 1_000;
  const segment: Segment | undefined =
    (given?.sampled ?? isRecorded(root, rate))
      ? { name, id: nextId(), start_time: startedAt, trace_id: root, parent_id: parent, annotations }
      : undefined;
  const startedTick = performance.now();
  return {
    name,
    header,
    root,
    parent,
    annotations,
    startedAt,
    startedTick,
    segment,
    steps: 0,
    isOver: false,
  };
}

/** Seconds since 1970, no coarser than the monotonic clock. */
const now = ({ startedAt, startedTick }: Run): number =>
  startedAt + (performance.now() - startedTick) / 1_000;

function end(run: Run, send: (segment: Segment) => void): void {
  run.isOver = true;
  const { segment, twins } = run;
  if (!segment && !twins) return;
  const end_time = now(run);
  for (const twin of twins?.values() ?? []) {
    twin.end_time = end_time;
    if (segment) {
      copyMarks(segment, twin);
      twin.links = [{ trace_id: run.root, id: segment.id }];
    }
    send(twin);
  }
  if (!segment) return;
  segment.end_time = end_time;
  if (twins) segment.links = [...twins.values()].map(({ trace_id, id }) => ({ trace_id, id }));
  send(segment);
}

function copyMarks(from: Step, to: Step): void {
  for (const flag of ['error', 'throttle', 'fault'] as const) if (from[flag]) to[flag] = true;
}

/**
 * The run's segment in the trace of a header: its own, or a twin; undefined where that trace is not recorded.
 */
function segmentIn(run: Run, header: string | undefined, rate: number): Segment | undefined {
  const given = header === run.header ? undefined : parseTraceHeader(header);
  if (!given || given.root === run.root) return run.segment;
  const { root, parent, sampled = isRecorded(root, rate) } = given;
  if (!sampled) return undefined;
  run.twins ??= new Map();
  const there = run.twins.get(root);
  if (there || run.twins.size >= maxTwins) return there;
  const twin: Segment = {
    name: run.name,
    id: nextId(),
    start_time: run.startedAt,
    trace_id: root,
    parent_id: parent,
    annotations: run.annotations,
  };
  run.twins.set(root, twin);
  return twin;
}

function beginStep({ run, step: parent }: At, name: string, namespace: Namespace | undefined): At[] {
  if (run.isOver || run.steps >= maxSteps) return [];
  run.steps++;
  const step: Step = { name, id: nextId(), start_time: now(run), in_progress: true, namespace };
  parent.subsegments ??= [];
  parent.subsegments.push(step);
  return [{ run, step }];
}

async function endingSteps<T>(at: readonly At[], work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    fail(
      at.map((it) => it.step),
      error,
    );
    throw error;
  } finally {
    for (const { run, step } of at) {
      step.end_time = now(run);
      step.in_progress = undefined;
    }
  }
}
