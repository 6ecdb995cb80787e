import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  activityKeys,
  activitySlotMs,
  bucketsPerDoubling,
  estimateWait,
  matchesPerMinute,
  readActivity,
  sumActivity,
  waitPercentile,
} from '../../jobs/configuration/activity.ts';
import { domainKeys } from '../../jobs/keys.ts';

/** As scripts sort a wait (ms) into its bucket. */
const bucketOf = (wait: number) => Math.floor(bucketsPerDoubling * Math.log2(Math.max(1, wait)));

function bucketsOf(waits: readonly number[]): Map<number, number> {
  const buckets = new Map<number, number>();
  for (const wait of waits) buckets.set(bucketOf(wait), (buckets.get(bucketOf(wait)) ?? 0) + 1);
  return buckets;
}

/** A slot in which tickets waited so long, as it stands on Redis. */
const slotOf = (waits: readonly number[], more: Record<string, string> = {}) =>
  readActivity({
    ...Object.fromEntries([...bucketsOf(waits)].map(([bucket, n]) => [`wait:${bucket}`, String(n)])),
    ...more,
  });

/** Up to the longest request timeout, twelve hours. */
const wait = fc.integer({ min: 1, max: 43_200_000 });
const share = fc.double({ min: 0, max: 1, noNaN: true });

describe('percentiles of waits', () => {
  test('lie within a bucket, 19 %, of the exact one, whatever the waits', () => {
    fc.assert(
      fc.property(fc.array(wait, { minLength: 1, maxLength: 300 }), share, (waits, at) => {
        const exact = waits.toSorted((a, b) => a - b)[Math.max(0, Math.ceil(at * waits.length) - 1)] ?? 0;
        const told = waitPercentile(bucketsOf(waits), at);

        // Rounding to whole ms is up to half of one; bucket bounds are computed in floating point.
        expect(told + 0.5).toBeGreaterThanOrEqual((exact / 2 ** (1 / bucketsPerDoubling)) * 0.999);
        expect(told - 0.5).toBeLessThanOrEqual(exact * 2 ** (1 / bucketsPerDoubling) * 1.001);
      }),
    );
  });

  test('never fall as the share grows', () => {
    fc.assert(
      fc.property(fc.array(wait, { minLength: 1, maxLength: 100 }), share, share, (waits, one, other) => {
        const [less, more] = [Math.min(one, other), Math.max(one, other)];

        expect(waitPercentile(bucketsOf(waits), less)).toBeLessThanOrEqual(
          waitPercentile(bucketsOf(waits), more),
        );
      }),
    );
  });

  test('are the same however the waits are spread over slots', () => {
    fc.assert(
      fc.property(fc.array(fc.array(wait, { maxLength: 30 }), { minLength: 1, maxLength: 12 }), (slots) => {
        const all = slots.flat();
        const { waits, matched } = sumActivity(slots.map((it) => slotOf(it)));

        expect(matched).toBe(all.length);
        expect(waitPercentile(waits, 0.9)).toBe(waitPercentile(bucketsOf(all), 0.9));
      }),
    );
  });
});

describe('an estimate', () => {
  test('without a match in the last hour there is none', () => {
    expect(estimateWait([])).toBeUndefined();
    expect(estimateWait([slotOf([], { started: '7', TIMED_OUT: '7' })])).toBeUndefined();
  });

  test('follows the newest slots as soon as they hold enough waits', () => {
    const [busy, quiet, before] = [
      slotOf(Array(100).fill(1_000)),
      slotOf(Array(9).fill(1_000)),
      slotOf(Array(500).fill(60_000)),
    ];

    expect(estimateWait([busy, before])).toMatchObject({ tickets: 100 });
    expect(estimateWait([busy, before])?.p90).toBeLessThan(1_200);
    expect(estimateWait([quiet, before])).toMatchObject({ tickets: 509 });
    expect(estimateWait([quiet, before])?.p50).toBeGreaterThan(50_000);
  });
});

test('matches a minute are of the running slot and the one before', () => {
  const now = 1_000 * activitySlotMs + 60_000;

  expect(matchesPerMinute([slotOf([], { matches: '10' }), slotOf([], { matches: '50' })], now)).toBe(10);
  expect(matchesPerMinute([], now)).toBe(0);
});

test('the keys of the last hour are its twelve slots, the newest first', () => {
  const keys = activityKeys(domainKeys('main'), 'duel', 1_000 * activitySlotMs + 1);

  expect(keys).toHaveLength(12);
  expect([keys[0], keys[11]]).toEqual([
    '{main.matchmaking}:activity:duel:1000',
    '{main.matchmaking}:activity:duel:989',
  ]);
});
