import { expect, test, vi } from 'vitest';
import { formMatches } from '../../jobs/matchmaking/jobs.ts';
import type { MatchRecord } from '../../workers/records/match-record.ts';
import { duelRuleSet } from '../support/builders.ts';
import { openFleet } from '../support/fleet.ts';
import { freezeWith, inHandMs } from '../support/freeze.ts';
import { allIsWell } from '../support/ledger.ts';
import { startTraffic } from '../support/traffic.ts';

/** Lock 8 s, stalled check every 3 s. */
const resumedWithinMs = 15_000;

test.each(['SIGKILL', 'SIGSTOP'] as const)(
  'a hot pool whose worker gets %s in the middle of a cycle is cycled by another within 15 s, and every invariant holds (DESIGN 7, invariants 1 to 5, 7, 8)',
  { timeout: 180_000 },
  async (signal) => {
    await using fleet = await openFleet();
    const [holder] = [await fleet.startWorker(), await fleet.startWorker()];
    await fleet.install('duel', duelRuleSet);
    const traffic = startTraffic(fleet, ['duel'], 16);

    await freezeWith(fleet, formMatches, holder);
    const stoodStillFrom = Date.now() - inHandMs;
    if (signal === 'SIGKILL') holder.send(signal);

    const formedAfter = () =>
      fleet.db
        .collection<MatchRecord>('matches')
        .find({ now: { $gt: stoodStillFrom + inHandMs } })
        .sort({ now: 1 })
        .limit(1)
        .toArray();
    const next = await vi.waitFor(
      async () => {
        const [match] = await formedAfter();
        if (!match) throw new Error('no match was formed since');
        return match;
      },
      { timeout: 2 * resumedWithinMs, interval: 50 },
    );
    expect(next.now - stoodStillFrom).toBeLessThan(resumedWithinMs);

    // The worker that stood still goes on with what it had in hand; nothing it does with it counts.
    if (signal === 'SIGSTOP') holder.send('SIGCONT');
    await traffic.stop();
    await allIsWell(fleet, traffic.diary);
  },
);
