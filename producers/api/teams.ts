import type { CallOptions } from '../call.ts';
import type { FleetClient } from '../client.ts';

/** Matches remembered: who is on which team in one is never changed. */
const mostMatches = 10_000;

const known = new WeakMap<object, Map<string, ReadonlyMap<string, string>>>();

/**
 * By match which team each of its players is on. A match that is not stored yet, or was never, is left out.
 */
export async function teamsOf(
  matchIds: readonly string[],
  client: Pick<FleetClient, 'readRecord'>,
  options: CallOptions,
): Promise<ReadonlyMap<string, ReadonlyMap<string, string>>> {
  const remembered = known.get(client) ?? new Map<string, ReadonlyMap<string, string>>();
  known.set(client, remembered);
  const unknown = [...new Set(matchIds)].filter((id) => !remembered.has(id));
  await Promise.all(
    unknown.map(async (id) => {
      const [match] = await client.readRecord('matches', id, options);
      if (!match) return;
      const teams = match['teams'] as readonly { name: string; playerIds: readonly string[] }[];
      remembered.set(id, new Map(teams.flatMap(({ name, playerIds }) => playerIds.map((it) => [it, name]))));
    }),
  );
  const wanted = new Map<string, ReadonlyMap<string, string>>();
  for (const id of matchIds) {
    const teams = remembered.get(id);
    if (teams) wanted.set(id, teams);
  }
  for (const oldest of remembered.keys()) {
    if (remembered.size <= mostMatches) break;
    remembered.delete(oldest);
  }
  return wanted;
}
