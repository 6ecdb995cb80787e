import fc from 'fast-check';
import { expect, test } from 'vitest';
import { batchLimits, inBatches, toNotification } from '../../jobs/event/notification.ts';

const stored = {
  number: 1,
  type: 'MatchmakingSearching',
  time: 1_790_000_000_000,
  now: 1_790_000_000_000,
  configuration: 'duel',
  detail: { tickets: [{ ticketId: 'é', startTime: 1, players: [{ playerId: 'p' }] }] },
} as const;
const origin = { account: '123456789012', region: 'eu-west-1' };
const iso = (ms: number) => new Date(ms).toISOString();

test('batches keep order, drop nothing and stay within the limits of one call', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: batchLimits.bytes }), { maxLength: 60 }), (sizes) => {
      const messages = sizes.map((bytes, index) => ({ bytes, index }));
      const batches = inBatches(messages);

      expect(batches.flat()).toEqual(messages);
      for (const batch of batches) {
        expect(batch.length).toBeGreaterThan(0);
        expect(batch.length).toBeLessThanOrEqual(batchLimits.entries);
        expect(batch.reduce((sum, it) => sum + it.bytes, 0)).toBeLessThanOrEqual(batchLimits.bytes);
      }
    }),
  );
});

test('messages about the same ticket are in different batches, all still in order (invariant 8)', () => {
  const message = fc.record({
    bytes: fc.integer({ min: 1, max: 100 }),
    tickets: fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 3 }).map((ids) => [...new Set(ids)]),
  });
  fc.assert(
    fc.property(fc.array(message, { maxLength: 60 }), (messages) => {
      const batches = inBatches(messages, (it) => it.tickets);

      expect(batches.flat()).toEqual(messages);
      for (const batch of batches) {
        const named = batch.flatMap((it) => it.tickets);
        expect(new Set(named).size).toBe(named.length);
        expect(batch.length).toBeLessThanOrEqual(batchLimits.entries);
      }
    }),
  );
});

test('a message says what SNS counts: bytes of body and attributes', () => {
  const { body, bytes } = toNotification(stored, origin, iso);
  const attributes = 'eventTypeStringMatchmakingSearching' + 'configurationStringduel';

  expect(bytes).toBe(Buffer.byteLength(body) + attributes.length);
  expect(JSON.parse(body)).toMatchObject({ 'detail-type': 'GameLift Matchmaking Event' });
});

test('the group is the pool, and the configuration before there is one', () => {
  expect(toNotification(stored, origin, iso).group).toBe('duel');
  expect(toNotification({ ...stored, pool: 'duel/eu' }, origin, iso).group).toBe('duel/eu');
});
