import type { Redis } from 'ioredis';
import type { DomainKeys } from '../../jobs/keys.ts';
import type { CommittedMatch } from '../../jobs/match/match.ts';
import type { BindScript } from '../../jobs/scripts/bind.ts';
import type { Page } from './page.ts';

/** Matches that a page looks at. */
const pageLength = 1_000;

/** Which matches there are of configurations, for whoever has to look through all of them. */
export function openMatchesOf(redis: Redis, keys: DomainKeys, script: BindScript) {
  const run = script<[string, string[]]>('matches-of');

  return {
    /** Matches of these configurations that are live, or whose players are asked (`proposed`). */
    async matchesOf(
      which: 'live' | 'proposed',
      configurations: readonly string[],
      after = '-inf',
    ): Promise<Page<string>> {
      const [next, items] = await run(which, after, pageLength, ...configurations);
      return { items, next: next || undefined };
    },

    /**
     * Matches whose players are asked, by id, as they are decided if all accept; those settled meanwhile are
     * left out.
     */
    async proposedMatches(matchIds: readonly string[]): Promise<CommittedMatch[]> {
      const entries = await Promise.all(matchIds.map((id) => redis.hget(keys.proposal(id), 'entry')));
      return entries.flatMap((entry) => (entry ? [JSON.parse(entry) as CommittedMatch] : []));
    },
  };
}
