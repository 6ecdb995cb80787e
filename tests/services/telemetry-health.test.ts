import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { type Progress, startHealth } from '../../workers/telemetry/health.ts';

describe('health', () => {
  const idle: Progress = { queue: 'matchmaking', backlog: 0, lastProgressAt: 0 };

  async function started(progress: () => readonly Progress[]) {
    const expose = async () => ({ contentType: 'text/plain', text: 'measured' });
    const health = await startHealth({ host: '127.0.0.1', port: 0, progress, stuckAfterMs: 30_000, expose });
    onTestFinished(() => health.close());
    const get = async (path: string) => {
      const response = await fetch(`http://127.0.0.1:${health.port}${path}`);
      return { status: response.status, body: await response.text() };
    };
    return { health, get };
  }

  test('fails only when work waits and none ends', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: 1_000_000 });
    onTestFinished(() => void vi.useRealTimers());
    let now = idle;
    const { get } = await started(() => [now, { ...idle, queue: 'maintenance' }]);

    expect(await get('/healthz')).toMatchObject({ status: 200 });
    now = { ...idle, backlog: 4 };
    expect(await get('/healthz')).toMatchObject({ status: 200 });
    vi.setSystemTime(1_031_000);
    expect(await get('/healthz')).toEqual({
      status: 503,
      body: '{"ok":false,"reasons":["matchmaking: 4 waiting and none ended for 31 s"]}',
    });
    now = { ...idle, backlog: 4, lastProgressAt: 1_020_000 };
    expect(await get('/healthz')).toMatchObject({ status: 200 });
  });

  test('is ready between start-up and shutdown', async () => {
    const { health, get } = await started(() => [idle]);

    expect(await get('/readyz')).toMatchObject({ status: 503 });
    health.ready();
    expect(await get('/readyz')).toMatchObject({ status: 200 });
    health.draining();
    expect(await get('/readyz')).toMatchObject({ status: 503 });
    expect(await get('/healthz')).toMatchObject({ status: 200 });
    expect(await get('/')).toMatchObject({ status: 404 });
  });

  test('fails for good once the process has given up, though work gets done', async () => {
    const { health, get } = await started(() => [idle]);

    expect(await get('/healthz')).toMatchObject({ status: 200 });
    health.giveUp('another login is needed');
    expect(await get('/healthz')).toEqual({
      status: 503,
      body: '{"ok":false,"reasons":["another login is needed"]}',
    });
  });

  test('fails when asking for progress does', async () => {
    const { get } = await started(() => {
      throw new Error('no answer');
    });

    expect(await get('/healthz')).toMatchObject({ status: 503 });
  });
});
