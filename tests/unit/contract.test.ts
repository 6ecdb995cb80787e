import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { catalogue } from '../../jobs/catalogue.ts';
import { backoff, backoffCapMs, envelope, problemsOf, queueNames, refusalsOf } from '../../jobs/contract.ts';
import { mayEnqueue } from '../../jobs/permissions.ts';

describe('the catalogue', () => {
  test('every kind is named once and belongs to a queue that exists', () => {
    const kinds = catalogue.map((job) => job.kind);

    expect(new Set(kinds).size).toBe(kinds.length);
    for (const job of catalogue) expect(queueNames).toContain(job.queue);
  });

  test('every kind says how hard to try', () => {
    for (const job of catalogue) {
      expect(job.attempts, job.kind).toBeGreaterThanOrEqual(1);
      expect(job.limit, job.kind).toBeGreaterThanOrEqual(1);
      expect(job.timeoutMs, job.kind).toBeGreaterThan(0);
    }
  });

  test('players may ask for what is about themselves, and services for everything', () => {
    const open = catalogue.filter((job) => mayEnqueue(job.kind, { kind: 'player', playerId: 'p' }));

    expect(open.map((job) => job.kind).sort()).toEqual([
      'accept-match',
      'create-session',
      'describe-tickets',
      'end-session',
      'player-left',
      'read-session',
      'start-matchmaking',
      'stop-matchmaking',
    ]);
    for (const job of catalogue)
      expect(mayEnqueue(job.kind, { kind: 'service', name: 's' }), job.kind).toBe(true);
  });

  test('only work that the clock asks for again has a single attempt', () => {
    const once = catalogue.filter((job) => job.attempts === 1).map((job) => job.kind);

    // Each of these is asked for again by the clock: by the beat, or by a schedule.
    expect(once.sort()).toEqual([
      'apply-commands',
      'compare-stores',
      'deliver-events',
      'drop-tickets',
      'expire-sessions',
      'forget-tickets',
      'form-matches',
      'keep-activity',
      'measure-ladders',
      'record-tickets',
      'report-queue-length',
      'sweep',
      'trim-events',
    ]);
  });
});

describe('backoff', () => {
  test('grows with the attempt, never beyond the cap, and never to nothing', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 100 }),
        fc.integer({ min: 1, max: 10_000 }),
        fc.double({ min: 0, max: 0.999_999, noNaN: true }),
        (attempt, firstMs, chance) => {
          const pause = backoff(attempt, firstMs, chance);
          expect(pause).toBeGreaterThan(0);
          expect(pause).toBeLessThanOrEqual(backoffCapMs);
          expect(backoff(attempt + 1, firstMs, chance)).toBeGreaterThanOrEqual(pause);
        },
      ),
    );
  });

  test('spreads retries over half of its range', () => {
    expect([backoff(1, 1_000, 0), backoff(1, 1_000, 0.5), backoff(1, 1_000, 1)]).toEqual([500, 750, 1_000]);
    expect(backoff(3, 1_000, 0)).toBe(2_000);
  });
});

describe('problems', () => {
  test('are named by the path of the field', () => {
    const schema = z.object({ players: z.array(z.object({ id: z.string().max(3, 'at most 3') })) });
    const parsed = schema.safeParse({ players: [{ id: 'abc' }, { id: 'abcd' }] });

    expect(parsed.error && problemsOf(parsed.error)).toEqual(['players[1].id: at most 3']);
    expect(parsed.error && problemsOf(parsed.error, 'items[2]')).toEqual([
      'items[2].players[1].id: at most 3',
    ]);
  });

  test('an envelope says all that is wrong with it', () => {
    const parsed = envelope.safeParse({ kind: '', items: [], actor: { kind: 'player' } });

    expect(parsed.error && problemsOf(parsed.error).map((it) => it.split(':')[0])).toEqual([
      'kind',
      'items',
      'actor.playerId',
      'sentAt',
    ]);
  });
});

test('refusals keep the place of their item', () => {
  expect(refusalsOf([undefined, 'no', undefined, 'neither'])).toEqual([
    { index: 1, reason: 'no' },
    { index: 3, reason: 'neither' },
  ]);
});
