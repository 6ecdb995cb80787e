import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { utimesSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test, vi } from 'vitest';
import { openFleet } from '../support/fleet.ts';
import { compiled } from '../support/program.ts';

const file = fileURLToPath(new URL('../../workers/process/main.ts', import.meta.url));

test('`npm run dev` runs a worker, another once a file has changed, and ends with it at Ctrl-C', {
  timeout: 120_000,
}, async () => {
  await using fleet = await openFleet();
  const dev = spawn('npm', ['run', '-s', 'dev'], {
    env: { ...process.env, ...compiled(), ...fleet.env, METRICS_SINK: 'none', LOG_LEVEL: 'silent' },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const exited = once(dev, 'exit');
  onTestFinished(async () => {
    if (dev.exitCode === null && dev.signalCode === null) process.kill(-(dev.pid ?? 0), 'SIGKILL');
    await exited;
  });
  let said = '';
  for (const stream of [dev.stdout, dev.stderr])
    stream.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
  const workers = () => [...said.matchAll(/worker (\d+) serves/g)].map(([, pid]) => Number(pid));
  const serving = (count: number) =>
    vi.waitFor(() => expect(workers(), said).toHaveLength(count), { timeout: 50_000, interval: 50 });

  await serving(1);
  expect(said).toContain("export QUEUE_REDIS_URL='");
  const { sessionId } = await fleet.client.createSession({ playerId: fleet.own('ann') });
  await vi.waitFor(async () => expect(await fleet.client.describeSession(sessionId)).toBeDefined(), 20_000);
  utimesSync(file, new Date(), new Date());
  await serving(2);
  const [first = 0, second = 0] = workers();
  expect(() => process.kill(first, 0)).toThrow('ESRCH');

  // As a terminal does: to every process of the group.
  process.kill(-(dev.pid ?? 0), 'SIGINT');
  expect(await exited, said).toEqual([0, null]);
  expect(() => process.kill(second, 0)).toThrow('ESRCH');
});
