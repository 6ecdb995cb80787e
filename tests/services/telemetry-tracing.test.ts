import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { parseTraceHeader } from '../../jobs/trace-header.ts';
import { batched } from '../../workers/telemetry/batched.ts';
import type { Tracer } from '../../workers/telemetry/tracer.ts';
import { createXrayTracer } from '../../workers/telemetry/xray-tracer.ts';
import { openXraySink, type XraySink } from '../support/xray.ts';

const turn = () => new Promise(setImmediate);
const header = (root: string, sampled: 0 | 1) =>
  `Root=1-5759e988-${root.padStart(24, '0')};Parent=53995c3f42cd8ad8;Sampled=${sampled}`;
const rootOf = (text: string | undefined) => parseTraceHeader(text)?.root ?? '';

describe('the X-Ray tracer', () => {
  let sink: XraySink;
  let tracer: Tracer;
  const open = (rate: number) =>
    createXrayTracer({
      address: sink.address,
      rate,
      onProblem: (message) => expect.unreachable(message),
    });

  beforeAll(async () => {
    sink = await openXraySink();
    tracer = await open(1);
  });
  afterAll(() => sink[Symbol.dispose]());

  /** What the daemon got of one trace, once it has `count` segments. */
  const segmentsOf = (trace: string | undefined, count: number) =>
    vi.waitFor(() => {
      const segments = sink.received.filter(({ trace_id }) => trace_id === trace);
      expect(segments).toHaveLength(count);
      return segments;
    });

  test('makes one trace of a producer and its concurrent jobs, each step under its own job', async () => {
    const producers = await tracer.segment('producer', undefined, async () => tracer.header());
    const jobs = Array.from({ length: 50 }, (_, i) => `job-${i}`);
    await Promise.all(
      jobs.map((job) =>
        tracer.segment(job, producers, async () => {
          for (const step of ['redis', 'documentdb'])
            await tracer.subsegment(step, () => tracer.subsegment(job, turn), 'remote');
        }),
      ),
    );

    const segments = await segmentsOf(rootOf(producers), jobs.length + 1);
    const producer = segments.find(({ name }) => name === 'producer');
    for (const job of jobs) {
      const segment = segments.find(({ name }) => name === job);
      expect(segment?.parent_id).toBe(producer?.id);
      expect(segment?.subsegments).toMatchObject([
        { name: 'redis', namespace: 'remote', subsegments: [{ name: job }] },
        { name: 'documentdb', namespace: 'remote', subsegments: [{ name: job }] },
      ]);
    }
    expect(new Set(segments.map((it) => it.id)).size).toBe(segments.length);
    expect(tracer.header()).toBeUndefined();
  });

  test('nests steps, times them, and hands the innermost one to the next hop', async () => {
    const [trace, next] = await tracer.segment('outer', undefined, () =>
      tracer.subsegment('step', () =>
        tracer.subsegment('inner', async () => {
          await turn();
          return [tracer.traceId(), tracer.header()] as const;
        }),
      ),
    );

    const [outer] = await segmentsOf(trace, 1);
    const step = outer?.subsegments?.[0];
    const inner = step?.subsegments?.[0];
    expect(inner?.name).toBe('inner');
    expect(next).toBe(`Root=${trace};Parent=${inner?.id};Sampled=1`);
    expect(inner?.start_time).toBeGreaterThanOrEqual(step?.start_time ?? 0);
    expect(inner?.end_time).toBeGreaterThan(inner?.start_time ?? 0);
    expect(outer?.end_time).toBeGreaterThanOrEqual(inner?.end_time ?? 0);
  });

  test('marks what throws as fault, what is throttled as throttle, tells the error once, and lets it through', async () => {
    const busy = Object.assign(new Error('slow down'), { name: 'ThrottlingException' });
    const full = new Error('OOM command not allowed');
    const broken = new Error('broken');
    const traces = new Map<Error, string | undefined>();
    for (const error of [busy, full, broken]) {
      const failing = tracer.segment('job', undefined, async () => {
        traces.set(error, tracer.traceId());
        await tracer.subsegment('call', () => Promise.reject(error), 'aws');
      });
      await expect(failing).rejects.toBe(error);
    }

    for (const error of [busy, full]) {
      const [job] = await segmentsOf(traces.get(error), 1);
      expect(job).toMatchObject({ error: true, throttle: true });
      expect(job?.subsegments).toMatchObject([{ namespace: 'aws', error: true, throttle: true }]);
      expect(job).not.toHaveProperty('fault');
    }
    const [job] = await segmentsOf(traces.get(broken), 1);
    expect(job).toMatchObject({
      fault: true,
      subsegments: [{ fault: true, cause: { exceptions: [{ type: 'Error', message: 'broken' }] } }],
    });
    expect(job).not.toHaveProperty('cause');
  });

  test('records nothing of a trace that is not sampled, and passes its decision on', async () => {
    const given = header('a', 0);
    const before = sink.received.length;

    const passedOn = await tracer.segment('job', given, () =>
      tracer.subsegment('step', async () => {
        tracer.mark('error');
        return tracer.header();
      }),
    );
    const sampled = await tracer.segment('after', undefined, async () => tracer.traceId());

    expect(passedOn).toBe(given);
    await segmentsOf(sampled, 1);
    expect(sink.received).toHaveLength(before + 1);
  });

  test('where the caller left it open, every hop decides alike, and by the rate', async () => {
    const [one, other] = [await open(0.3), await open(0.3)];
    const decide = (by: Tracer, trace: string) => by.segment('job', trace, async () => by.header());
    const opened = Array.from(
      { length: 400 },
      () => `Root=1-5759e988-${crypto.randomUUID().replaceAll('-', '').slice(8)}`,
    );

    const decisions = await Promise.all(
      opened.map(async (trace) => [await decide(one, trace), await decide(other, trace)]),
    );

    const recorded = decisions.map((both) => both.map((it) => parseTraceHeader(it)?.sampled));
    expect(recorded.every(([a, b]) => a === b)).toBe(true);
    const share = recorded.filter(([a]) => a).length / recorded.length;
    expect(share).toBeGreaterThan(0.15);
    expect(share).toBeLessThan(0.45);
  });

  test('a batch that several jobs share is a step of each of them, and of no job that is over', async () => {
    const sent: number[][] = [];
    const gate = Promise.withResolvers<void>();
    const store = batched<number, void>(tracer, {
      maxItems: 10,
      inFlight: 1,
      schedule: setImmediate,
      send: async (items) => {
        sent.push([...items]);
        await tracer.subsegment('store', () => (sent.length === 1 ? gate.promise : turn()), 'remote');
        return items.map(() => undefined);
      },
    });
    const job = (item: number) =>
      tracer.segment(`job-${item}`, undefined, async () => {
        await store(item);
        return tracer.traceId();
      });

    const first = job(0);
    await vi.waitFor(() => expect(sent).toHaveLength(1));
    const rest = Promise.all([job(1), job(2)]);
    await turn();
    gate.resolve();

    const traces = [await first, ...(await rest)];
    expect(sent).toEqual([[0], [1, 2]]);
    for (const trace of traces) {
      const [segment] = await segmentsOf(trace, 1);
      expect(segment?.subsegments).toMatchObject([{ name: 'store', end_time: expect.any(Number) }]);
    }
  });

  test('a job that serves several traces has a linked segment in each that is recorded, with its outcome', async () => {
    const [own, other, silent] = [header('c1', 1), header('c2', 1), header('c3', 0)];

    const serveAll = async () => {
      tracer.serve(own, { ticket: 'a', match: 'm' });
      tracer.serve(own, { ticket: 'a2', match: 'm' });
      tracer.serve(other, { ticket: 'b', match: 'm' });
      tracer.serve(silent, { ticket: 'c', match: 'm' });
      tracer.mark('throttle');
    };
    await tracer.segment('cycle', own, serveAll, { queue: 'matchmaking' });

    const [main] = await segmentsOf(rootOf(own), 1);
    const [twin] = await segmentsOf(rootOf(other), 1);
    expect(main).toMatchObject({
      annotations: { queue: 'matchmaking', ticket: 'a', match: 'm' },
      metadata: { default: { items: [{ ticket: 'a2', match: 'm' }] } },
      links: [{ trace_id: twin?.trace_id, id: twin?.id }],
    });
    expect(twin).toMatchObject({
      name: 'cycle',
      parent_id: '53995c3f42cd8ad8',
      throttle: true,
      annotations: { queue: 'matchmaking', ticket: 'b', match: 'm' },
      links: [{ trace_id: main?.trace_id, id: main?.id }],
      start_time: main?.start_time,
      end_time: main?.end_time,
    });
    expect(sink.received.filter((it) => it.trace_id === rootOf(silent))).toEqual([]);
  });

  test('a job whose own trace is not recorded is still seen in those it serves, and hands theirs on', async () => {
    const other = header('d2', 1);

    const next = await tracer.segment('cycle', header('d1', 0), async () => {
      tracer.serve(other, { ticket: 'b' });
      return tracer.header();
    });

    const [twin] = await segmentsOf(rootOf(other), 1);
    expect(next).toBe(`Root=${rootOf(other)};Parent=${twin?.id};Sampled=1`);
  });

  test('a job with thousands of steps stays within a datagram', async () => {
    const trace = await tracer.segment('busy', undefined, async () => {
      for (let i = 0; i < 5_000; i++)
        await tracer.subsegment(`step-with-a-name-of-some-length-${i}`, async () => undefined);
      return tracer.traceId();
    });

    const [busy] = await segmentsOf(trace, 1);
    expect(busy?.subsegments?.length).toBeGreaterThan(100);
  });

  test('lets work go on that outlives its segment, untraced', async () => {
    const late = Promise.withResolvers<void>();
    let outliving: Promise<string> | undefined;
    const trace = await tracer.segment('job', undefined, async () => {
      outliving = late.promise.then(() => tracer.subsegment('late', async () => 'done'));
      return tracer.traceId();
    });
    late.resolve();

    expect(await outliving).toBe('done');
    const [job] = await segmentsOf(trace, 1);
    expect(job?.subsegments).toBeUndefined();
  });
});

test('where segments cannot be sent, work goes on and the loss is said once', async () => {
  const problems: string[] = [];
  const tracer = await createXrayTracer({
    // Nobody is at that name, ever (RFC 2606).
    address: 'daemon.invalid:2000',
    rate: 1,
    onProblem: (message) => void problems.push(message),
  });

  for (let i = 0; i < 20; i++) {
    expect(await tracer.segment('job', undefined, async () => i)).toBe(i);
    await turn();
  }

  await vi.waitFor(() => expect(problems).toHaveLength(1));
  expect(problems[0]).toContain('trace segments lost');
});
