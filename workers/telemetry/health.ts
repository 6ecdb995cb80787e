import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Exposition } from './prometheus.ts';

/** How one queue fares in this process. `lastProgressAt`: when a job last ended, ms since 1970. */
export interface Progress {
  readonly queue: string;
  readonly backlog: number;
  readonly lastProgressAt: number;
}

export interface HealthOptions {
  /**
   * `127.0.0.1` keeps the probes on this machine, which is where ECS runs them; `0.0.0.0` opens them to the
   * network.
   */
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
  readonly progress: () => readonly Progress[];
  /**
   * Work waiting and none ended for so long (ms) is a stuck worker, to be replaced. Longer than the slowest
   * job, or a healthy worker is killed in the middle of it.
   */
  readonly stuckAfterMs: number;
  /** What `/metrics` answers. */
  readonly expose: () => Promise<Exposition>;
}

export interface Health extends AsyncDisposable {
  readonly port: number;
  /** Start-up is over: `/readyz` says so from now on. */
  ready(): void;
  /**
   * Shutdown began, or what this process needs is away, for the reason given: `/readyz` fails from now on;
   * `/healthz` goes on telling about the work being finished.
   */
  draining(reason?: string): void;
  /** Only another process can do better: `/healthz` fails from now on, for this reason. */
  giveUp(reason: string): void;
  close(): Promise<void>;
}

/**
 * Two probes, and `/metrics` for Prometheus. `/healthz` asks whether work gets done, not whether somebody is
 * there: a worker that answers pings while its queue stands still is what must be restarted. `/readyz` is for
 * start-up and shutdown.
 */
export async function startHealth({
  host,
  port,
  progress,
  stuckAfterMs,
  expose,
}: HealthOptions): Promise<Health> {
  const notReady = 'starting or shutting down';
  let unready: string | undefined = notReady;
  let givenUp: string | undefined;
  const stuck = watchForStuck(progress, stuckAfterMs);
  const server = createServer((request, response) => {
    const path = request.url?.split('?')[0];
    if (path === '/healthz') answer(response, [givenUp ?? [], stuck(Date.now())].flat());
    else if (path === '/readyz') answer(response, unready === undefined ? [] : [unready]);
    else if (path === '/metrics') void answerWith(response, expose);
    else response.writeHead(404).end();
  });
  server.listen(port, host);
  await once(server, 'listening');

  async function close(): Promise<void> {
    if (!server.listening) return;
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  }
  return {
    port: (server.address() as AddressInfo).port,
    ready: () => {
      unready = undefined;
    },
    draining: (reason = notReady) => {
      unready = reason;
    },
    giveUp: (reason) => {
      givenUp = reason;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

/**
 * Reasons to call this process stuck; none is healthy. Time without progress counts from when work was there.
 */
function watchForStuck(progress: () => readonly Progress[], stuckAfterMs: number): (now: number) => string[] {
  const busySince = new Map<string, number>();

  function reasonOf({ queue, backlog, lastProgressAt }: Progress, now: number): string[] {
    if (backlog === 0) {
      busySince.delete(queue);
      return [];
    }
    const since = busySince.get(queue) ?? now;
    busySince.set(queue, since);
    const still = now - Math.max(since, lastProgressAt);
    if (still <= stuckAfterMs) return [];
    return [`${queue}: ${backlog} waiting and none ended for ${Math.round(still / 1000)} s`];
  }
  return (now) => {
    try {
      return progress().flatMap((queue) => reasonOf(queue, now));
    } catch (error) {
      return [`could not ask for progress: ${error instanceof Error ? error.message : String(error)}`];
    }
  };
}

function answer(response: ServerResponse, reasons: readonly string[]): void {
  const ok = reasons.length === 0;
  response
    .writeHead(ok ? 200 : 503, { 'content-type': 'application/json' })
    .end(JSON.stringify({ ok, reasons }));
}

async function answerWith(response: ServerResponse, expose: () => Promise<Exposition>): Promise<void> {
  try {
    const { contentType, text } = await expose();
    response.writeHead(200, { 'content-type': contentType }).end(text);
  } catch (error) {
    response.writeHead(500).end(String(error));
  }
}
