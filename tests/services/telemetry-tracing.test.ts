import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createLog } from '../../workers/telemetry/log.ts';
import type { Tracer } from '../../workers/telemetry/tracer.ts';
import { createXrayTracer } from '../../workers/telemetry/xray-tracer.ts';

/** A log and the lines written to it. */
function logWithLines(traceId?: () => string | undefined) {
  const lines: Record<string, unknown>[] = [];
  const destination = { write: (line: string) => void lines.push(JSON.parse(line)) };
  return { lines, log: createLog({ base: { worker: 'test' }, destination, ...(traceId && { traceId }) }) };
}

interface Document {
  readonly trace_id: string;
  readonly id: string;
  readonly parent_id?: string;
  readonly name: string;
  readonly fault?: boolean;
  readonly throttle?: boolean;
  readonly annotations?: Record<string, unknown>;
  readonly subsegments?: readonly Document[];
}

describe('the X-Ray tracer', () => {
  const received: Document[] = [];
  let socket: Socket;
  let tracer: Tracer;

  beforeAll(async () => {
    socket = createSocket('udp4').bind(0, '127.0.0.1');
    await once(socket, 'listening');
    socket.on('message', (datagram) => received.push(JSON.parse(datagram.toString().split('\n')[1] ?? '')));
    tracer = await createXrayTracer({
      env: process.env,
      daemonAddress: `127.0.0.1:${socket.address().port}`,
      rate: 1,
      onProblem: (message) => expect.unreachable(message),
    });
  });
  afterAll(() => void socket.close());

  /** What the daemon got of one trace, once it has `count` segments. */
  const segmentsOf = (trace: string | undefined, count: number) =>
    vi.waitFor(() => {
      const segments = received.filter(({ trace_id }) => trace_id === trace);
      expect(segments).toHaveLength(count);
      return segments;
    });

  test('makes one trace of a producer and its concurrent jobs, each step under its own job', async () => {
    const header = await tracer.segment('producer', undefined, async () => tracer.header());
    const jobs = Array.from({ length: 50 }, (_, i) => `job-${i}`);
    await Promise.all(
      jobs.map((job) =>
        tracer.segment(job, header, async () => {
          for (const step of ['redis', 'documentdb'])
            await tracer.subsegment(
              step,
              async () => {
                await new Promise(setImmediate);
                tracer.annotate('job', job);
              },
              'remote',
            );
        }),
      ),
    );

    const trace = header?.slice('Root='.length).split(';')[0];
    const segments = await segmentsOf(trace, jobs.length + 1);
    const producer = segments.find(({ name }) => name === 'producer');
    for (const job of jobs) {
      const segment = segments.find(({ name }) => name === job);
      expect(segment?.parent_id).toBe(producer?.id);
      expect(segment?.subsegments).toMatchObject([
        { name: 'redis', annotations: { job } },
        { name: 'documentdb', annotations: { job } },
      ]);
    }
    expect(tracer.header()).toBeUndefined();
  });

  test('nests steps and hands the innermost one to the next hop', async () => {
    const [trace, header] = await tracer.segment('outer', undefined, () =>
      tracer.subsegment('step', () =>
        tracer.subsegment('inner', async () => [tracer.traceId(), tracer.header()] as const),
      ),
    );

    const [outer] = await segmentsOf(trace, 1);
    const inner = outer?.subsegments?.[0]?.subsegments?.[0];
    expect(inner?.name).toBe('inner');
    expect(header).toBe(`Root=${trace};Parent=${inner?.id};Sampled=1`);
  });

  test('closes and marks what throws, and lets the throw through', async () => {
    const busy = Object.assign(new Error('slow down'), { name: 'ThrottlingException' });
    let trace: string | undefined;
    const failing = tracer.segment('job', undefined, async () => {
      trace = tracer.traceId();
      await tracer.subsegment('aws', () => Promise.reject(busy), 'aws');
    });

    await expect(failing).rejects.toBe(busy);

    const [job] = await segmentsOf(trace, 1);
    expect(job).toMatchObject({ fault: true, subsegments: [{ fault: true, throttle: true }] });
  });

  test('records nothing of a trace that is not sampled, and passes its decision on', async () => {
    const given = 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=0';
    const before = received.length;

    const passedOn = await tracer.segment('job', given, () =>
      tracer.subsegment('step', async () => {
        tracer.annotate('key', 'value');
        tracer.mark('error');
        return tracer.header();
      }),
    );
    const sampled = await tracer.segment('after', undefined, async () => tracer.traceId());

    expect(passedOn).toBe(given);
    await segmentsOf(sampled, 1);
    expect(received).toHaveLength(before + 1);
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

  test('names the trace in every log line of a segment, and in no other', async () => {
    const { log, lines } = logWithLines(tracer.traceId);
    const trace = await tracer.segment('job', undefined, async () => {
      log.info('inside');
      return tracer.traceId();
    });
    log.info('outside');

    expect(lines).toMatchObject([{ msg: 'inside', traceId: trace }, { msg: 'outside' }]);
    expect(lines[1]).not.toHaveProperty('traceId');
  });
});

test('a log line holds no attributes, tokens or passwords, however deep, nor what errors of drivers carry', () => {
  const { log, lines } = logWithLines();
  const player = { playerId: 'p1', attributes: { skill: { N: 1234 } } };
  const driverError = Object.assign(new Error('could not write', { cause: new Error('socket closed') }), {
    code: 11000,
    command: { args: ['{"skill":1234}'] },
  });

  log
    .child({ accessToken: 'ey1234' })
    .warn(
      { job: { items: [{ players: [player] }] }, headers: { Authorization: '1234' }, err: driverError },
      'refused',
    );
  log.error(driverError);

  expect(JSON.stringify(lines)).not.toContain('1234');
  expect(lines[0]).toMatchObject({
    accessToken: '[redacted]',
    job: { items: [{ players: [{ playerId: 'p1', attributes: '[redacted]' }] }] },
    err: { type: 'Error', message: 'could not write', code: 11000, cause: { message: 'socket closed' } },
  });
  expect(lines[1]).toMatchObject({ msg: 'could not write', err: { code: 11000 } });
});
