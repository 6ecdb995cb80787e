import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Fault } from './fault.ts';
import { startPair } from './probes.ts';

export const storeFaults = {
  'DocumentDB restart': {
    on: 'documentdb',
    async strike({ surroundings: { stack } }) {
      await stack.part('documentdb').restart();
    },
  },
  'DocumentDB pause': {
    on: 'documentdb',
    async strike({ surroundings: { stack } }, random) {
      const part = stack.part('documentdb');
      await part.kill('SIGSTOP');
      await pause(3_000 + 5_000 * random.uniform());
      await part.kill('SIGCONT');
    },
  },
  'slow DocumentDB': {
    on: 'documentdb',
    async strike({ surroundings: { documentdb } }, random) {
      documentdb.delay(20 + 80 * random.uniform());
      await pause(4_000);
      documentdb.delay(0);
    },
  },
  'DocumentDB connections cut': {
    on: 'documentdb',
    async strike({ surroundings: { documentdb } }, random) {
      await documentdb.cut();
      await pause(4_000 * random.uniform());
      await documentdb.mend();
    },
  },
  'DocumentDB refuses a match': {
    on: 'documentdb',
    /** For good: no retry can help. */
    async strike({ surroundings: { stack }, client, log }) {
      const { refuse } = stack.part('documentdb');
      if (!refuse) throw new Error('Cannot have a document refused: only our gateway can');
      const ticketIds = [randomUUID(), randomUUID()];
      refuse({ collection: 'matches', text: ticketIds[0] ?? '' });
      await startPair(client, log, ticketIds);
    },
  },
  'CloudWatch and SNS away': {
    on: 'aws',
    async strike({ surroundings: { aws } }) {
      await aws.cut();
      await pause(6_000);
      await aws.mend();
    },
  },
} as const satisfies Record<string, Fault>;
