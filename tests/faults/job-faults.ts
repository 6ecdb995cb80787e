import { randomUUID } from 'node:crypto';
import { type Envelope, type QueueName, queueNames } from '../../jobs/contract.ts';
import { reaching } from '../../producers/connection/connection.ts';
import { RequestError } from '../../producers/request-error.ts';
import { queuesOf } from '../support/client-inside.ts';
import type { Fault, Field } from './fault.ts';
import { confirmed } from './promises.ts';

/** Jobs of each queue that are delivered again, the newest first. */
const again = 20;

const actor = { kind: 'service', name: 'faults' };

/** What nobody could do, each with the queue it is put on. */
const hostilePayloads: readonly (readonly [QueueName, string, unknown])[] = [
  ['matchmaking', 'start-matchmaking', null],
  ['matchmaking', 'start-matchmaking', 'not an envelope'],
  ['matchmaking', 'start-matchmaking', { kind: 'start-matchmaking', items: [], actor, sentAt: 0 }],
  ['matchmaking', 'unheard-of', { kind: 'unheard-of', items: [{}], actor, sentAt: 0 }],
  ['matchmaking', 'stop-matchmaking', sealed('stop-matchmaking', [{ ticketId: '../../etc/passwd' }])],
  ['matchmaking', 'form-matches', sealed('form-matches', [{ pool: 7 }])],
  ['matchmaking', 'start-matchmaking', sealed('start-matchmaking', Array(201).fill({ ticketId: 'many' }))],
  [
    'session-creation',
    'create-session',
    sealed('create-session', [{ sessionId: '\0', playerId: '', requestedAt: 'x' }]),
  ],
  [
    'session-creation',
    'start-match',
    JSON.parse('{"__proto__":{"polluted":true},"kind":"start-match","items":[{}]}'),
  ],
  ['rating-update', 'update-ratings', sealed('update-ratings', [{ matchId: 'x'.repeat(5_000), teams: [] }])],
  ['maintenance', 'read-record', sealed('read-record', [{ collection: 'system.users', id: { $gt: '' } }])],
];

function sealed(kind: string, items: readonly unknown[]) {
  return { kind, items, actor, sentAt: 0 };
}

export const jobFaults = {
  'duplicate and reordered jobs': {
    on: 'jobs',
    async strike(field) {
      await whateverComes(deliverAgain(field));
    },
  },
  'hostile payloads': {
    on: 'jobs',
    strike: deliverHostile,
  },
} as const satisfies Record<string, Fault>;

/** The queue may be away at the moment: then so much less is delivered. */
const whateverComes = (deliveries: Promise<unknown>) =>
  reaching(
    () => deliveries,
    () => 'the queue Redis is away',
  ).catch((error: unknown) => {
    if (!(error instanceof RequestError && error.code === 'unavailable')) throw error;
  });

/** Jobs that were done are delivered again in reverse, and every pool gets cycles beside the one it has. */
async function deliverAgain({ client, pools, log }: Field): Promise<void> {
  for (const name of queueNames) {
    const queue = queuesOf(client)[name];
    const done = await queue.getCompleted(0, again - 1);
    for (const job of done) {
      // One that was removed since is not there any more.
      const envelope: Envelope | undefined = job?.data;
      if (!envelope || envelope.reply) continue;
      await queue.add(envelope.kind, envelope, { attempts: 5, removeOnComplete: true });
      log.duplicates++;
    }
  }
  for (const pool of [...pools, ...pools, ...pools]) {
    await queuesOf(client).matchmaking.add('form-matches', sealed('form-matches', [{ pool }]), {
      removeOnComplete: true,
      removeOnFail: true,
    });
    log.duplicates++;
  }
}

/** Those are looked for later that a replica has: one that died with its primary was never promised. */
async function deliverHostile({ client, log }: Field): Promise<void> {
  for (const [queue, kind, payload] of hostilePayloads) {
    const jobId = `hostile-${randomUUID()}`;
    const deliver = () => queuesOf(client)[queue].add(kind, payload, { jobId, attempts: 3 });
    const { told } = await confirmed(client, log, deliver);
    log.hostileJobs.set(jobId, told === 'yes');
  }
}
