import { waitPercentile } from '../../jobs/configuration/activity.ts';
import type { KeptActivity } from '../../jobs/maintenance/jobs.ts';
import type { Mark } from './chart.ts';
import type { Fleet } from './screen.ts';

const dayMs = 24 * 3_600_000;
/** A day is read again after this (ms): it changes every five minutes. */
const freshMs = 30_000;

/**
 * The last day of a configuration: how long its tickets waited (ms), how they ended, and what was changed.
 */
export interface Day {
  readonly slots: readonly (Omit<KeptActivity, 'waits'> & { readonly p50?: number; readonly p95?: number })[];
  readonly changes: readonly Mark[];
}

export const readDay = (name: string, ruleSet: string, { client, readings }: Fleet): Promise<Day> =>
  readings.read(`day ${name}`, freshMs, async () => {
    const since = new Date(Date.now() - dayMs);
    const [kept, ...decided] = await Promise.all([
      client.readActivity({ configuration: name, since }),
      ...[...new Set([name, ruleSet])].map((target) => client.listAudit({ target, since, limit: 100 })),
    ]);
    const changes = decided
      .flat()
      .filter((it) => it.verdict === 'done')
      .map(({ decidedAt, kind, version }) => ({
        at: decidedAt,
        text: version === undefined ? kind : `${kind} ${version}`,
      }));
    return { slots: kept.map(slotOf), changes: changes.sort((a, b) => a.at.localeCompare(b.at)) };
  });

function slotOf({ waits, ...slot }: KeptActivity): Day['slots'][number] {
  if (slot.matched === 0) return slot;
  const counts = new Map(waits);
  return { ...slot, p50: waitPercentile(counts, 0.5), p95: waitPercentile(counts, 0.95) };
}
