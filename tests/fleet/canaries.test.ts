import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, inject, onTestFinished, test, vi } from 'vitest';
import { startMatchmaking } from '../../jobs/matchmaking/start-matchmaking.ts';
import { duelRuleSet } from '../support/builders.ts';
import { openFleet } from '../support/fleet.ts';

/** What nobody may find in a log line, a metric or a trace. */
const canaries = {
  attribute: 'canary-attribute-7f3a',
  email: 'canary.email@example.com',
  token: 'eyJhbGciOiJSUzI1NiJ9.canary-token.c2lnbmF0dXJl',
};

/** An X-Ray daemon that keeps what it is sent. */
async function openDaemon() {
  const socket = createSocket('udp4');
  let heard = '';
  socket.on('message', (bytes) => {
    heard += bytes.toString();
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return {
    address: `127.0.0.1:${socket.address().port}`,
    heard: () => heard,
    [Symbol.dispose]: () => socket.close(),
  };
}

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

test('the demo, at its most talkative, tells nobody attributes, tokens and e-mail addresses of its players', {
  timeout: 120_000,
}, async () => {
  using daemon = await openDaemon();
  const folder = mkdtempSync(join(tmpdir(), 'canaries-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const ruleSet = join(folder, 'rule-set.json');
  writeFileSync(ruleSet, JSON.stringify(plantedRuleSet));
  const options = ['--players', '60', '--seconds', '2', '--rounds', '1', '--logs', folder, '--json'];
  const demo = spawn(process.execPath, ['infra/local/demo/main.ts', '--rule-set', ruleSet, ...options], {
    env: {
      ...process.env,
      ...inject('stackEnv'),
      LOG_LEVEL: 'debug',
      METRICS_SINK: 'emf',
      AWS_XRAY_DAEMON_ADDRESS: daemon.address,
      TRACE_SAMPLING: '1',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void demo.kill());
  const [[code], report, progress] = await Promise.all([
    once(demo, 'exit'),
    text(demo.stdout),
    text(demo.stderr),
  ]);
  expect(code, progress).toBe(0);
  const { lostTickets, matches } = JSON.parse(report);
  expect(lostTickets).toBe(0);
  expect(matches, 'only who carries the canary is matched').toBeGreaterThan(10);

  const logs = readdirSync(folder)
    .filter((name) => name.endsWith('.log'))
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('');
  expect(logs).toContain('MatchesCreated');
  expect(logs).toContain('"job"');
  expect(daemon.heard()).toContain('start-match');
  const told = { 'logs and metrics': logs, traces: daemon.heard(), progress, report };
  const planted = [canaries.attribute, /[\w.-]+@example\.com/, /\beyJ[\w-]{10,}/];
  for (const [where, words] of Object.entries(told))
    for (const canary of planted) expect(words.match(canary)?.[0], `${canary} in ${where}`).toBeUndefined();
});

/** Duels between players who all carry the canary. */
const plantedRuleSet = {
  name: 'planted',
  ruleLanguageVersion: '1.0',
  playerAttributes: [{ name: 'secret', type: 'string' }],
  teams: [{ name: 'side', minPlayers: 1, maxPlayers: 1, quantity: 2 }],
  rules: [
    {
      name: 'Same',
      type: 'comparison',
      measurements: ['flatten(teams[*].players.attributes[secret])'],
      referenceValue: canaries.attribute,
      operation: '=',
    },
  ],
};
