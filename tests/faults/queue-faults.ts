import { setTimeout as pause } from 'node:timers/promises';
import { noId } from '../../jobs/chain.ts';
import { storedEvents } from '../../jobs/event/event.ts';
import { toHeldEvent } from '../../jobs/invariants/held-event.ts';
import { domainKeys } from '../../jobs/keys.ts';
import type { Fault, Field } from './fault.ts';
import { follow, until } from './stack-under-fault.ts';

/** How long (ms) an endpoint name goes on leading to the old primary after a failover. */
const nameMs = 300;

/** The replica has taken over: the endpoint leads to it, and the two have changed places. */
function changePlaces({ surroundings: { nodes, queue } }: Field): void {
  const { primary, replica } = nodes;
  queue.lead(replica.part.url);
  nodes.primary = replica;
  nodes.replica = primary;
}

/** How long (ms) a primary that is about to die takes no writes: longer than it lives. */
const pausedMs = 10_000;

const hourSeconds = 3_600;

/** How long (ms) a server's clock takes to follow. */
const followsMs = 3_000;

/** Moves the primary's clock by so many seconds, for good: what follows has to do with it. */
const stepClock = (seconds: number) => async (field: Field) => {
  const { primary } = field.surroundings.nodes;
  const { moveClock } = primary.part;
  if (!moveClock)
    throw new Error('Cannot move the clock of this Valkey: only a Debian tree has one that moves');
  field.log.clockMoved = true;
  const ahead = async () => Number((await primary.admin.time())[0]) - Date.now() / 1_000;
  const moved = hourSeconds * Math.round((await ahead()) / hourSeconds) + seconds;
  await moveClock(moved);
  await until(async () => Math.abs((await ahead()) - moved) < 30, followsMs);
};

/** Lets the queue have less memory than it uses, for a while (ms). */
async function fillMemory({ surroundings: { nodes } }: Field, forMs: number): Promise<void> {
  const { admin } = nodes.primary;
  const memory = await admin.info('memory');
  const [used = 0, most = 0] = ['used_memory', 'maxmemory'].map((name) =>
    Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(memory)?.[1]),
  );
  await admin.config('SET', 'maxmemory', String(Math.round(used * 0.9)));
  await pause(forMs);
  await admin.config('SET', 'maxmemory', String(most));
}

export const queueFaults = {
  'Valkey restart': {
    on: 'queue',
    async strike({ surroundings: { nodes } }) {
      await nodes.primary.part.restart();
      await follow(nodes.replica, nodes.primary);
    },
  },
  'coordinated failover': {
    on: 'queue',
    async strike(field) {
      const { primary, replica } = field.surroundings.nodes;
      const { hostname, port } = replica.url;
      await primary.admin.call('FAILOVER', 'TO', hostname, port, 'TIMEOUT', '10000');
      await until(async () => (await replica.admin.role())[0] === 'master', 15_000);
      // Whoever is connected still is, to a server that is read-only now.
      await pause(nameMs);
      changePlaces(field);
      await follow(primary, replica);
    },
  },
  'crash failover': {
    on: 'queue',
    async strike(field) {
      const { primary, replica } = field.surroundings.nodes;
      await primary.part.kill('SIGKILL');
      await pause(nameMs);
      await replica.admin.replicaof('NO', 'ONE');
      changePlaces(field);
      await primary.part.restart();
      await follow(primary, replica);
    },
  },
  'full memory': {
    on: 'queue',
    strike: (field, random) => fillMemory(field, 2_000 + 2_000 * random.uniform()),
  },
  'full memory for minutes': {
    on: 'queue',
    timeGoesOn: true,
    strike: (field, random) => fillMemory(field, 90_000 + 30_000 * random.uniform()),
  },
  'store rollback': {
    on: 'queue',
    async strike(field, random) {
      const { primary, replica } = field.surroundings.nodes;
      // From here on nothing is confirmed, and what a call is told may be lost.
      await replica.admin.replicaof('NO', 'ONE');
      const keys = domainKeys(field.domain);
      const kept = (await replica.admin.get(keys.eventsHead())) ?? noId;
      await pause(2_000 + 4_000 * random.uniform());
      // So that what it takes back is known to the last event.
      await primary.admin.call('CLIENT', 'PAUSE', String(pausedMs), 'WRITE');
      for (const entry of await primary.admin.xrange(keys.events(), `(${kept}`, '+'))
        for (const { type, time, detail } of storedEvents(entry))
          field.log.takenBack.push(toHeldEvent(type, time, detail));
      await primary.part.kill('SIGKILL');
      await pause(nameMs);
      changePlaces(field);
      await primary.part.restart();
      await follow(primary, replica);
    },
  },
  'TIME an hour ahead': { on: 'queue', strike: stepClock(hourSeconds) },
  'TIME an hour back': { on: 'queue', strike: stepClock(-hourSeconds) },
  'slow queue': {
    on: 'queue',
    async strike({ surroundings: { queue } }, random) {
      queue.delay(20 + 80 * random.uniform());
      await pause(4_000);
      queue.delay(0);
    },
  },
  'queue connections cut': {
    on: 'queue',
    async strike({ surroundings: { queue } }, random) {
      await queue.cut();
      await pause(3_000 * random.uniform());
      await queue.mend();
    },
  },
} as const satisfies Record<string, Fault>;
