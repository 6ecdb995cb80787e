import { stageStarts } from '../../jobs/rule-set/at-age.ts';
import { loadRuleSet } from '../../jobs/rule-set/load.ts';
import { readVersions } from '../cli/versions.ts';
import type { DescribedMatch } from '../live/describe-match.ts';
import { RequestError } from '../request-error.ts';
import type { Fleet } from './screen.ts';

/** How far a ticket had come when its match was decided. */
export interface TicketAtCommit {
  readonly ticketId: string;
  readonly players: readonly string[];
  readonly waitMs: number;
  /**
   * Which stage of the expansions its age had reached, from 1; absent where the rule set's version is not
   * known any more.
   */
  readonly stage?: number;
  readonly stages?: number;
}

export async function readMatch(id: string, { client }: Fleet) {
  const found = await client.describeMatch(id);
  if (!found) throw new RequestError('not-found', `there is no match ${id}`);
  const ruleSet = found.stage === 'stored' ? found.match.rule_set : found.match.ruleSet;
  return { ...found, ruleSet, atCommit: ticketsAtCommit(found.match, await startsOf(ruleSet, client)) };
}

/** When (ms) each stage of a version's expansions starts. */
async function startsOf(
  { name, version }: { readonly name: string; readonly version: number },
  client: Fleet['client'],
): Promise<readonly number[] | undefined> {
  const versions = await readVersions(client, 'rule_sets', name).catch((error: unknown) => {
    if (error instanceof RequestError) return [];
    throw error;
  });
  const body = versions.find((it) => it.version === version)?.body;
  const loaded = typeof body === 'string' ? loadRuleSet(body) : undefined;
  return loaded?.ok ? stageStarts(loaded.ruleSet) : undefined;
}

const ticketsAtCommit = (
  { tickets }: DescribedMatch['match'],
  starts: readonly number[] | undefined,
): TicketAtCommit[] =>
  tickets.map(({ ticketId, players, age }) => ({
    ticketId,
    players: players.map((it) => it.playerId),
    waitMs: age,
    ...(starts && { stage: starts.filter((from) => from <= age).length, stages: starts.length }),
  }));
