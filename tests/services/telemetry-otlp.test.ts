import { expect, test, vi } from 'vitest';
import { connectCollector } from '../../workers/telemetry/otlp-collector.ts';
import { createSegmentTracer } from '../../workers/telemetry/xray-tracer.ts';
import { openCollector } from '../support/otlp-collector.ts';

test('a job and its steps are spans of the same trace as in X-Ray, with their ids, times and annotations', async () => {
  const { received, url } = await openCollector();
  const problems: string[] = [];
  await using collector = await connectCollector({ url, onProblem: (it) => problems.push(it) });
  const tracer = createSegmentTracer(collector.send, 1);
  const header = 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1';

  await tracer.segment(
    'start-match',
    header,
    () => tracer.subsegment('documentdb', async () => tracer.mark('throttle'), 'remote'),
    { match_id: 'm1' },
  );

  const [job, step] = await vi.waitFor(() => {
    const named = (name: string) => received.find((it) => it.name === name);
    const found = [named('start-match'), named('documentdb')] as const;
    expect(found).not.toContain(undefined);
    return found;
  }, 10_000);
  expect(job).toMatchObject({
    traceId: '5759e988bd862e3fe1be46a994272793',
    parentSpanId: '53995c3f42cd8ad8',
    kind: 2,
  });
  expect(step).toMatchObject({ traceId: job?.traceId, parentSpanId: job?.spanId, kind: 3 });
  expect(job?.attributes).toEqual(
    expect.arrayContaining([
      { key: 'match_id', value: { stringValue: 'm1' } },
      { key: 'aws.xray.annotations', value: { arrayValue: { values: [{ stringValue: 'match_id' }] } } },
    ]),
  );
  expect(step?.attributes).toContainEqual({ key: 'throttle', value: { boolValue: true } });
  expect(BigInt(step?.endTimeUnixNano ?? 0)).toBeLessThanOrEqual(BigInt(job?.endTimeUnixNano ?? 0));
  expect(BigInt(step?.startTimeUnixNano ?? 0)).toBeGreaterThanOrEqual(BigInt(job?.startTimeUnixNano ?? 0));
  expect(problems).toEqual([]);
});

test('what is thrown is the status and an event of the span; work for another trace is linked', async () => {
  const { received, url } = await openCollector();
  await using collector = await connectCollector({ url, onProblem: expect.unreachable });
  const tracer = createSegmentTracer(collector.send, 1);
  const other = 'Root=1-5759e988-00000000000000000000abcd;Sampled=1';

  const failing = tracer.segment('form-matches', undefined, async () => {
    tracer.serve(other, { ticket_id: 't1' });
    throw new TypeError('no such pool');
  });
  await expect(failing).rejects.toThrow('no such pool');
  await collector[Symbol.asyncDispose]();

  const own = received.find((it) => it.traceId !== '5759e98800000000000000000000abcd');
  const twin = received.find((it) => it.traceId === '5759e98800000000000000000000abcd');
  expect(own).toMatchObject({
    status: { code: 2, message: 'no such pool' },
    events: [{ name: 'exception' }],
  });
  expect(own?.links.map((it) => it.traceId)).toEqual([twin?.traceId]);
  expect(twin?.links.map((it) => it.traceId)).toEqual([own?.traceId]);
});

test('a collector that refuses costs spans and is told of; the work is not', async () => {
  const { url } = await openCollector(400);
  const problems: string[] = [];
  const collector = await connectCollector({ url, onProblem: (it) => problems.push(it) });
  const tracer = createSegmentTracer(collector.send, 1);

  expect(await tracer.segment('job', undefined, async () => 7)).toBe(7);
  await Promise.resolve(collector[Symbol.asyncDispose]()).catch(() => {});

  expect(problems).toEqual([expect.stringMatching(/^1 spans lost: /)]);
});
