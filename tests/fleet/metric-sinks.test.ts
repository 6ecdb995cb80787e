import { beforeEach, expect, inject, onTestFinished, test, vi } from 'vitest';
import { duelRuleSet } from '../support/builders.ts';
import { readEmf } from '../support/emf.ts';
import { type Fleet, openFleet, soloist } from '../support/fleet.ts';
import { readExposition } from '../support/prometheus.ts';
import { openProxy } from '../support/tcp-proxy.ts';

let fleet: Fleet;
beforeEach(async () => {
  fleet = await openFleet();
  onTestFinished(() => fleet[Symbol.asyncDispose]());
});

const eventually = { timeout: 20_000, interval: 50 };

/** One match of the configuration `duel`, through to COMPLETED. */
async function playDuel() {
  await fleet.install('duel', duelRuleSet);
  const { ticketId } = await fleet.client.startMatchmaking(soloist('duel', fleet.own('ann')));
  await fleet.client.startMatchmaking(soloist('duel', fleet.own('bob')));
  await vi.waitFor(async () => expect((await fleet.ticket(ticketId))?.status).toBe('COMPLETED'), eventually);
}

test('METRICS_SINK=emf: metrics are lines of the embedded metric format on stdout, whole and apart from the log', async () => {
  const worker = await fleet.startWorker({
    METRICS_SINK: 'emf',
    METRIC_CONFIGURATIONS: 'duel',
    ENVIRONMENT: 'emf-test',
    LOG_LEVEL: 'debug',
  });
  await playDuel();
  worker.send('SIGTERM');
  await worker.ended;

  const lines = worker.output().split('\n').filter(Boolean);
  const isMetric = (line: string) => '_aws' in JSON.parse(line);
  const [series, logged] = [lines.filter(isMetric).flatMap(readEmf), lines.filter((it) => !isMetric(it))];

  expect(logged.map((line) => JSON.parse(line).level)).not.toContain(undefined);
  const times = series.filter((it) => it.name === 'MatchmakingTime');
  const common = { Environment: 'emf-test', Service: 'matchmaking' };
  expect(times.map((it) => it.dimensions)).toEqual([common, { ...common, Configuration: 'duel' }]);
  for (const { unit, values } of times) {
    expect(unit).toBe('Milliseconds');
    expect(values).toHaveLength(2);
  }
});

test('/metrics of a worker tells Prometheus the same under the same names, whatever the sink', async () => {
  const worker = await fleet.startWorker({
    METRICS_SINK: 'none',
    METRIC_CONFIGURATIONS: 'duel',
    ENVIRONMENT: 'prometheus-test',
  });
  await playDuel();

  const answer = await fetch(`http://127.0.0.1:${worker.healthPort}/metrics`);

  expect(answer.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
  const { value } = readExposition(await answer.text());
  const labels = { environment: 'prometheus-test', service: 'matchmaking', configuration: 'duel' };
  expect(value('MatchesCreated_total', labels)).toBe(1);
  expect(value('MatchmakingTime_milliseconds_count', labels)).toBe(2);
});

test('in an outage of DocumentDB jobs are tried and none ends, until it is over', async () => {
  const proxy = await openProxy(inject('stackEnv')['DOCUMENTDB_URI'] ?? '');
  onTestFinished(proxy.cut);
  const worker = await fleet.startWorker({
    METRICS_SINK: 'none',
    QUEUES: 'session-creation',
    DOCUMENTDB_URI: `mongodb://127.0.0.1:${proxy.port}/?directConnection=true`,
  });
  const measured = async () => {
    const answer = await fetch(`http://127.0.0.1:${worker.healthPort}/metrics`);
    const { samples } = readExposition(await answer.text());
    const of = (name: string) => samples.find((it) => it.name === name)?.value ?? 0;
    return { tried: of('JobDuration_milliseconds_count'), ended: of('JobsEnded_total') };
  };
  await proxy.cut();
  await fleet.client.createSession({ playerId: fleet.own('ann') });

  await vi.waitFor(async () => expect((await measured()).tried).toBeGreaterThan(1), eventually);
  expect((await measured()).ended).toBe(0);
  await proxy.mend();
  await vi.waitFor(async () => expect((await measured()).ended).toBe(1), eventually);
});
