import type { Chart } from './chart-page.ts';
import type { Arrivals } from './fleet-arrivals.ts';
import type { Bare } from './fleet-bare.ts';
import type { RoundTrips } from './fleet-budget.ts';
import type { Costs } from './fleet-costs.ts';
import type { Growth } from './fleet-growth.ts';
import type { Journey } from './fleet-journey.ts';

/** One line of the table: so many worker processes, one way to feed them. */
export interface Throughput extends Journey<Costs> {
  readonly workers: number;
  readonly perJob: number;
  readonly bare: Bare;
}

export interface Budget {
  readonly perJob: number;
  readonly tickets: number;
  readonly trips: readonly RoundTrips[];
}

export interface FleetReport {
  readonly throughput: readonly Throughput[];
  readonly curve: readonly Arrivals[];
  readonly growth: readonly Growth[];
  readonly budgets: readonly Budget[];
  readonly ticketsPerCase: number;
  readonly machine: string;
}

/** The rate that has a target. */
const targetRate = 1_000;

/**
 * The one object `--json` prints. Ratios are to bare BullMQ at the same number of workers, the first one
 * measured.
 */
export function toJson({ throughput, curve, ...rest }: FleetReport) {
  const workers = throughput[0]?.workers;
  const with_ = (perJob: number) => throughput.find((it) => it.workers === workers && it.perJob === perJob);
  const ratios = (of: (throughput: Throughput) => number) => {
    const ratio = (perJob: number) => {
      const it = with_(perJob);
      return it && Number((of(it) / it.bare.jobsPerSecond).toFixed(3));
    };
    return { ratioSingle: ratio(1), ratioBatch50: ratio(50) };
  };
  const atTarget = curve.find((it) => it.rate === targetRate)?.decidedMs;
  return {
    ticketsPerSecond: with_(50)?.persistedPerSecond,
    bareJobsPerSecond: throughput[0]?.bare.jobsPerSecond,
    decided: ratios((it) => it.decidedPerSecond),
    persisted: ratios((it) => it.persistedPerSecond),
    submitToDecidedMs: atTarget && { p50: atTarget.p50, p99: atTarget.p99 },
    throughput,
    curve,
    ...rest,
  };
}

/** The tables a person reads. */
export function print(report: FleetReport): void {
  const { throughput, curve, growth, budgets, ticketsPerCase } = report;
  console.log(report.machine);
  if (throughput.length > 0) {
    console.log(`\n${ticketsPerCase} tickets at once, a second from the first call to the last effect:`);
    console.table(throughput.map(throughputRow));
    console.log('Per ticket: round trips of ours and of BullMQ, commands Redis ran for them, µs of cores');
    console.table(
      throughput.map((it) => ({
        workers: it.workers,
        perJob: it.perJob,
        ...perTicket(it.costs, ticketsPerCase),
      })),
    );
    console.log(
      'µs of cores of a bare job and of a ticket; what one domain carries on half a core of Valkey',
    );
    console.table(throughput.map((it) => ({ perJob: it.perJob, ...cores(it, ticketsPerCase) })));
    console.log('MiB resident afterwards');
    console.table(throughput.map((it) => memory(it.costs)));
  }
  for (const { perJob, tickets, trips } of budgets) {
    console.log(`\nRound trips to the queue Redis for a ticket, jobs of ${perJob}:`);
    console.table(
      trips.map(({ what, calls, usec, longest }) => ({
        what,
        'calls per ticket': Number((calls / tickets).toFixed(3)),
        'µs per call': Math.round(usec / calls),
        'longest µs': longest,
        'µs per ticket': Number((usec / tickets).toFixed(1)),
      })),
    );
  }
  if (curve.length > 0) {
    console.log('\nArrivals by themselves at a rate, ms from when a call was due:');
    console.table(curve.map(arrivalsRow));
  }
  if (growth.length > 0) {
    console.log('\nThe same while so many others wait:');
    console.table(
      growth.map(({ waiting, workersMiB, ...it }) => ({
        waiting,
        ...arrivalsRow(it),
        'workers MiB': workersMiB.join(' '),
      })),
    );
  }
}

const throughputRow = (it: Throughput) => ({
  workers: it.workers,
  perJob: it.perJob,
  'bare jobs': it.bare.jobsPerSecond,
  decided: it.decidedPerSecond,
  '÷ bare': Number((it.decidedPerSecond / it.bare.jobsPerSecond).toFixed(2)),
  persisted: it.persistedPerSecond,
  '÷ bare ': Number((it.persistedPerSecond / it.bare.jobsPerSecond).toFixed(2)),
  sessions: it.sessionsPerSecond,
  ratings: it.ratingsPerSecond,
});

function perTicket({ redis, documentdb, processes }: Costs, tickets: number) {
  const commands = Object.values(redis).reduce((sum, it) => sum + it.calls, 0);
  const scripts = Object.entries(redis)
    .filter(([name]) => name.startsWith('eval'))
    .reduce((sum, [, it]) => sum + it.calls, 0);
  const asked = Object.values(documentdb).reduce((sum, it) => sum + it, 0);
  const each = (count: number) => Number((count / tickets).toFixed(2));
  return {
    'script calls': each(scripts),
    'Redis commands': each(commands),
    'DocumentDB commands': each(asked),
    ...Object.fromEntries(
      Object.entries(processes).map(([name, it]) => [
        `${name} µs`,
        Math.round((it.cpuSeconds / tickets) * 1e6),
      ]),
    ),
  };
}

/** The record stands in for another machine, so a ticket is told with and without it. */
function cores({ costs, bare }: Throughput, tickets: number) {
  const usecOf = (names: readonly string[]) =>
    names.reduce((sum, name) => sum + (1e6 * (costs.processes[name]?.cpuSeconds ?? 0)) / tickets, 0);
  const names = Object.keys(costs.processes);
  const ticket = usecOf(names);
  const withoutRecord = usecOf(names.filter((name) => name !== 'DocumentDB'));
  const carried = 500_000 / usecOf(['queue Redis']);
  return {
    'bare job µs': bare.cpuUsec,
    'ticket µs': Math.round(ticket),
    'bare ÷ ticket': Number((bare.cpuUsec / ticket).toFixed(2)),
    'without DocumentDB µs': Math.round(withoutRecord),
    'bare ÷ that': Number((bare.cpuUsec / withoutRecord).toFixed(2)),
    'tickets/s': Math.round(carried),
    'players of 20 minutes': Math.round(carried * 20 * 60),
  };
}

const memory = ({ processes }: Costs) =>
  Object.fromEntries(Object.entries(processes).map(([name, it]) => [name, Math.round(it.rssMiB)]));

const arrivalsRow = ({ rate, decidedPerSecond, refused, decidedMs, persistedMs }: Arrivals) => ({
  rate,
  'decided/s': decidedPerSecond,
  refused,
  ...Object.fromEntries(Object.entries(decidedMs).map(([name, ms]) => [`decided ${name}`, ms])),
  ...Object.fromEntries(Object.entries(persistedMs).map(([name, ms]) => [`persisted ${name}`, ms])),
});

/** Latency against rate, as an SVG document. */
export const chart = (curve: readonly Arrivals[]): Chart => ({
  title: 'Latency against rate, arrivals by themselves',
  x: 'tickets a second that were due',
  y: 'ms from when a call was due',
  logarithmic: true,
  lines: (['decidedMs', 'persistedMs'] as const).flatMap((to) =>
    (['p50', 'p99', 'p99.9'] as const).map((share) => ({
      name: `${to === 'decidedMs' ? 'decided' : 'persisted'} ${share}`,
      points: curve.map((it) => ({ x: it.rate, y: it[to][share] })),
    })),
  ),
});
