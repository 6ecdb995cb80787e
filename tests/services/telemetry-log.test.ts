import { expect, test } from 'vitest';
import { batched } from '../../workers/telemetry/batched.ts';
import { createLog, logging } from '../../workers/telemetry/log.ts';
import { noTracer } from '../../workers/telemetry/tracer.ts';
import { createXrayTracer } from '../../workers/telemetry/xray-tracer.ts';
import { openXraySink } from '../support/xray.ts';

/** A log and the lines written to it. */
function logWithLines(traceId?: () => string | undefined) {
  const lines: Record<string, unknown>[] = [];
  const destination = { write: (line: string) => void lines.push(JSON.parse(line)) };
  return { lines, log: createLog({ base: { worker: 'test' }, destination, ...(traceId && { traceId }) }) };
}

const turn = () => new Promise(setImmediate);

test('a log line of a segment names its trace, and no other does', async () => {
  using sink = await openXraySink();
  const tracer = await createXrayTracer({
    address: sink.address,
    onProblem: (message) => expect.unreachable(message),
  });
  const { log, lines } = logWithLines(tracer.traceId);
  const trace = await tracer.segment('job', undefined, async () => {
    log.info('inside');
    return tracer.traceId();
  });
  log.info('outside');

  expect(lines).toMatchObject([{ msg: 'inside', traceId: trace }, { msg: 'outside' }]);
  expect(lines[1]).not.toHaveProperty('traceId');
});

test('log lines say which job, ticket and match they are about, however deep, and a batch speaks for none', async () => {
  const { log, lines } = logWithLines();
  const store = batched<string, void>(noTracer, {
    maxItems: 10,
    inFlight: 1,
    schedule: setImmediate,
    send: async (items) => {
      log.info('batch');
      return items.map(() => undefined);
    },
  });

  await logging({ job: '1', ticket: 't', match: 'm' }, async () => {
    await turn();
    log.info('own');
    await store('item');
  });

  expect(lines).toMatchObject([{ msg: 'own', job: '1', ticket: 't', match: 'm' }, { msg: 'batch' }]);
  expect(lines[1]).not.toHaveProperty('ticket');
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
