import { setTimeout as pause } from 'node:timers/promises';
import { openClient } from '../../producers/client.ts';
import { type Key, requestOf, ticketsPerCall, type Way } from './api-requests.ts';
import { duelist } from './fleet-under-test.ts';
import { openConnections } from './http-connections.ts';

/** What one measurement is to do; a process of its own does it, so that its CPU is its own. */
export interface Work {
  readonly way: Way;
  readonly tickets: number;
  /** Calls under way at any time. */
  readonly atOnce: number;
  /** Tickets a second, begun on time whatever was answered; absent: as fast as answers come. */
  readonly perSecond?: number;
  /** Tickets are called after it. */
  readonly name: string;
  readonly port: number;
  readonly key: Key;
  readonly redisUrl: string;
  readonly domain: string;
}

export interface Done {
  readonly seconds: number;
  /** Of a call, ms. */
  readonly p50: number;
  readonly p99: number;
  /** This process's, user and system, seconds. */
  readonly cpuSeconds: number;
}

process.once('disconnect', () => process.exit());
process.on('message', (work: Work) => {
  run(work).then(
    (done) => process.send?.(done),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});

async function run(work: Work): Promise<Done> {
  await using opened = new AsyncDisposableStack();
  const size = work.way === 'REST, many a call' ? ticketsPerCall : 1;
  const groups = Array.from({ length: Math.ceil(work.tickets / size) }, (_, call) =>
    Array.from({ length: size }, (_none, n) => `${work.name}-${call}-${n}`),
  );
  const calls = work.way === 'library' ? await libraryCalls() : await requests();
  const latencies: number[] = [];
  const startedAt = performance.now();
  const cpu = process.cpuUsage();
  await (work.perSecond === undefined ? asFastAsAnswered() : onTime(work.perSecond / size));
  const { user, system } = process.cpuUsage(cpu);
  const seconds = (performance.now() - startedAt) / 1_000;
  const sorted = latencies.sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor(sorted.length * share)] ?? Number.NaN;
  return { seconds, p50: at(0.5), p99: at(0.99), cpuSeconds: (user + system) / 1_000_000 };

  async function libraryCalls() {
    const client = opened.use(await openClient({ redisUrl: work.redisUrl, domain: work.domain }));
    return groups.map(
      ([id = '']) =>
        () =>
          client.startMatchmaking(duelist(id, id, 1_000)),
    );
  }

  /** Signed before anything is measured. */
  async function requests() {
    const connections = opened.use(openConnections(work.port));
    const made: (() => Promise<void>)[] = [];
    for (const group of groups) {
      const bytes = await requestOf(work.way, group, work.key);
      made.push(async () => {
        const { status, body } = await connections.send(bytes);
        const isTaken = status < 300 && !/"status":[45]/.test(body);
        if (!isTaken) throw new Error(`${work.way} was answered with ${status}: ${body.slice(0, 1_000)}`);
      });
    }
    return made;
  }

  async function timed(call: () => Promise<unknown>, dueAt = performance.now()): Promise<void> {
    await call();
    latencies.push(performance.now() - dueAt);
  }

  async function asFastAsAnswered(): Promise<void> {
    let next = 0;
    const caller = async () => {
      for (let call = calls[next++]; call; call = calls[next++]) await timed(call);
    };
    await Promise.all(Array.from({ length: work.atOnce }, caller));
  }

  async function onTime(callsPerSecond: number): Promise<void> {
    const under: Promise<void>[] = [];
    for (const [n, call] of calls.entries()) {
      const dueAt = startedAt + (n / callsPerSecond) * 1_000;
      const early = dueAt - performance.now();
      if (early > 0) await pause(early);
      under.push(timed(call, dueAt));
    }
    await Promise.all(under);
  }
}
