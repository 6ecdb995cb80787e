import { parseArgs } from 'node:util';
import { startStack } from '../../infra/local/stack.ts';
import { writeChart } from './chart-page.ts';
import { openFleetUnderTest } from './fleet-under-test.ts';
import { chartOfLooks } from './looks-chart.ts';
import { machine } from './machine.ts';
import { type Look, measureCapacity, press } from './pressure.ts';
import { wholeNumber } from './whole-number.ts';

export const usage = `Arrivals at three times what the fleet can do: what gives way, and whether it recovers by itself.

  npm run bench -- overload [--seconds N] [--times N] [--workers N] [--page FILE] [--json]

  --seconds N   how long too many arrive (default 120); before, for a quarter of it, half of what it can do does, and after
                until the fleet is itself again and as long once more, ten minutes at most
  --times N     arrivals, times what the fleet can do (default 3)
  --workers N   worker processes (default 2)
  --page FILE   write the run as a chart: a page that any browser shows
  --json        print only one JSON object`;

/** Oldest ticket not decided yet (ms) and calls this fast (ms): the fleet is itself again. */
const wellMs = { oldest: 1_000, call: 500 };
/** How long (s) recovery is waited for. */
const patience = 600;

export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seconds: { type: 'string', default: '120' },
      times: { type: 'string', default: '3' },
      workers: { type: 'string', default: '2' },
      page: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  });
  const seconds = wholeNumber('--seconds', values.seconds);
  const times = wholeNumber('--times', values.times);
  const calm = Math.ceil(seconds / 4);
  const say = (line: string) => process.stderr.write(`${line}\n`);
  await using stack = await startStack({
    env: process.env,
    parts: ['queueRedis', 'cacheRedis', 'documentdb'],
    progress: say,
  });
  await using fleet = await openFleetUnderTest(stack, wholeNumber('--workers', values.workers));
  await measureCapacity(fleet, 1_000);
  const capacity = await measureCapacity(fleet, 5_000);
  say(`it stores ${capacity} tickets a second; ${times} times as many arrive for ${seconds} s`);

  const over = calm + seconds;
  let recoveredAt: number | undefined;
  const looks = await press(fleet, {
    seconds: over + patience,
    rateAt: (at) => (at >= calm && at < over ? times * capacity : capacity / 2),
    players: 1_000_000,
    lookEvery: Math.max(1, Math.round(seconds / 40)),
    onLook: (look) => say(JSON.stringify(look)),
    enough: ({ at, oldestMs, callMs }) => {
      if (at > over && oldestMs < wellMs.oldest && callMs < wellMs.call) recoveredAt ??= at;
      return recoveredAt !== undefined && at >= recoveredAt + calm;
    },
  });
  const summary = {
    capacity,
    times,
    mostValkeyMiB: Math.max(...looks.map((it) => it.valkeyMiB)),
    mostWorkerMiB: Math.max(...looks.map((it) => it.workersMiB)),
    mostClientMiB: Math.max(...looks.map((it) => it.clientMiB)),
    slowestCallMs: Math.max(...looks.map((it) => it.callMs)),
    mostWaiting: Math.max(...looks.map((it) => it.searching)),
    meanWhileOver: meanOf(looks.filter(({ at }) => at > calm + settling && at <= over)),
    oldestServedMs: Math.max(...looks.map((it) => it.oldestMs)),
    recoveredAfterSeconds: recoveredAt === undefined ? null : recoveredAt - over,
  };
  if (values.json) console.log(JSON.stringify({ ...summary, looks }));
  else {
    console.log(machine());
    console.table(looks);
    console.log(summary);
  }
  if (values.page) writeChart(values.page, chart(looks));
}

/** Seconds until what arrives too fast has its effect. */
const settling = 10;

/** Tickets a second, on average. */
function meanOf(looks: readonly Look[]) {
  const mean = (of: 'acknowledged' | 'refused' | 'decided' | 'stored') =>
    Math.round(looks.reduce((sum, look) => sum + look[of], 0) / looks.length);
  return {
    acknowledged: mean('acknowledged'),
    refused: mean('refused'),
    decided: mean('decided'),
    stored: mean('stored'),
  };
}

const chart = (looks: readonly Look[]) =>
  chartOfLooks(looks, {
    title: 'Arrivals beyond what the fleet can do, and after',
    y: 'tickets a second; ms; MiB',
    lines: {
      due: 'due',
      acknowledged: 'acknowledged',
      refused: 'refused',
      stored: 'stored',
      'call p99, ms': 'callMs',
      'oldest waiting, ms': 'oldestMs',
      'Valkey, MiB': 'valkeyMiB',
    },
  });
