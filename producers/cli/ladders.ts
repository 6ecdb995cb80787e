import { defaultLadder, defaultSettings, type LadderSettings } from '../../jobs/rating-update/ladder.ts';
import type { MatchmakingClient } from '../client.ts';

/** A ladder as operators look at it. `usedBy`: configurations whose results change it. */
export interface DescribedLadder {
  readonly name: string;
  readonly season: number;
  readonly settings: LadderSettings;
  readonly usedBy: readonly string[];
  /** Whether the record has it; one that nobody has set or rated on is as a new one. */
  readonly stored: boolean;
}

/** Every ladder that is on record or that a configuration names, by name. */
export async function readLadders(client: MatchmakingClient): Promise<DescribedLadder[]> {
  const [records, installed] = await Promise.all([client.readRecord('ladders'), client.listConfigurations()]);
  // A ladder may be kept as several equal documents, `<name>#<n>`.
  const stored = new Map(records.map((it) => [String(it['_id']).replace(/#\d+$/, ''), it]));
  const users = Map.groupBy(installed, (it) => it.configuration.ladder);
  const names = [...new Set([defaultLadder, ...stored.keys(), ...users.keys()])].sort();
  return names.map((name) => ({
    name,
    season: Number(stored.get(name)?.['season'] ?? 0),
    settings: { ...defaultSettings, ...(stored.get(name)?.['settings'] as Partial<LadderSettings>) },
    usedBy: (users.get(name) ?? []).map((it) => it.configuration.name).sort(),
    stored: stored.has(name),
  }));
}
