import { expect, test, vi } from 'vitest';
import { startMatchmaking } from '../../jobs/matchmaking/jobs.ts';
import { duelRuleSet } from '../support/builders.ts';
import { canaries, openDaemon } from '../support/canaries.ts';
import { openFleet } from '../support/fleet.ts';

test('attributes, tokens and e-mail addresses reach no log line, no metric and no trace', {
  timeout: 120_000,
}, async () => {
  using daemon = await openDaemon();
  await using fleet = await openFleet();
  const worker = await fleet.startWorker({
    LOG_LEVEL: 'debug',
    METRICS_SINK: 'emf',
    METRICS_FLUSH_MS: '500',
    AWS_XRAY_DAEMON_ADDRESS: daemon.address,
    TRACE_SAMPLING: '1',
  });
  await fleet.install('duel', duelRuleSet);
  const attributes = {
    skill: { N: 10 },
    ...Object.fromEntries(Object.entries(canaries).map(([name, S]) => [name, { S }])),
  };
  const start = (name: string) =>
    fleet.client.startMatchmaking({
      configuration: 'duel',
      players: [{ playerId: fleet.own(name), attributes }],
    });
  await fleet.client.createSession({ playerId: fleet.own('ann') });
  const { ticketId } = await start('ann');
  await start('bob');
  // Without our client the attributes travel in the job, one of them of a type that its rule set refuses.
  const wrong = { ...attributes, skill: { S: canaries.token } };
  await fleet.queues.matchmaking.add(startMatchmaking.kind, {
    kind: startMatchmaking.kind,
    items: [attributes, wrong].map((brought, n) => ({
      configuration: 'duel',
      players: [{ playerId: fleet.own(`bare-${n}`), attributes: brought }],
    })),
    actor: { kind: 'service', name: 'test' },
    sentAt: 0,
  });
  // Refused work is logged with its reason, which must not carry its content.
  await fleet.queues.matchmaking.add(startMatchmaking.kind, {
    kind: startMatchmaking.kind,
    items: [{ ticketId: 7, players: [{ attributes }], accessToken: canaries.token }],
    actor: { kind: 'service', name: 'test' },
    sentAt: 0,
  });

  await vi.waitFor(
    async () => {
      expect(await fleet.ticket(ticketId)).toMatchObject({ status: 'COMPLETED' });
      expect(worker.output()).toContain('MatchesCreated');
      expect(worker.output()).toContain('job failed');
      expect(daemon.heard()).toContain('start-matchmaking');
    },
    { timeout: 60_000, interval: 100 },
  );

  const prometheus = await (await fetch(`http://127.0.0.1:${worker.healthPort}/metrics`)).text();
  expect(prometheus).toContain('MatchesCreated');
  for (const [name, canary] of Object.entries(canaries)) {
    expect(worker.output().includes(canary), `${name} in logs or metrics`).toBe(false);
    expect(prometheus.includes(canary), `${name} in /metrics`).toBe(false);
    expect(daemon.heard().includes(canary), `${name} in traces`).toBe(false);
  }
});
