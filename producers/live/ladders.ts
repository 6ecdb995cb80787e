import { defaultLadder, defaultSettings, type LadderSettings } from '../../jobs/rating-update/ladder.ts';
import type { Unfinished } from '../../jobs/rating-update/ladder-document.ts';

/** A ladder as operators look at it. */
export interface DescribedLadder {
  readonly name: string;
  readonly season: number;
  readonly settings: LadderSettings;
  /** Configurations whose results change it. */
  readonly usedBy: readonly string[];
  /** Whether the record has it; one that nobody has set or rated on is as a new one. */
  readonly stored: boolean;
  /** What is under way; results that come meanwhile wait for it. */
  readonly underWay?: Unfinished['kind'];
}

/** Every ladder that is on record (documents of `ladders`) or that a configuration names, by name. */
export function describeLadders(
  records: readonly Record<string, unknown>[],
  configurations: readonly { readonly name: string; readonly ladder: string }[],
): DescribedLadder[] {
  const stored = new Map(records.map((it) => [String(it['_id']), it]));
  const users = Map.groupBy(configurations, (it) => it.ladder);
  const names = [...new Set([defaultLadder, ...stored.keys(), ...users.keys()])].sort();
  return names.map((name) => {
    const unfinished = stored.get(name)?.['unfinished'] as Unfinished | undefined;
    return {
      name,
      season: Number(stored.get(name)?.['season'] ?? 0),
      settings: { ...defaultSettings, ...(stored.get(name)?.['settings'] as Partial<LadderSettings>) },
      usedBy: (users.get(name) ?? []).map((it) => it.name).sort(),
      stored: stored.has(name),
      ...(unfinished && { underWay: unfinished.kind }),
    };
  });
}
