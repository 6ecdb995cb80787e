import type { Collection } from 'mongodb';
import { lostMatch } from './decisions.ts';
import { insertNew } from './insert-new.ts';
import type { MatchRecord } from './matches.ts';

/** How a match goes on as another when it is backfilled. */
export function openSuccession(matches: Collection<MatchRecord>) {
  /** Which match each goes on as, and those in turn. */
  const successions = async (matchIds: readonly string[]): Promise<Map<string, string>> => {
    const next = new Map<string, string>();
    for (let asked = [...new Set(matchIds)]; asked.length > 0; ) {
      const moved = await matches
        .find(
          { _id: { $in: asked }, succeeded_by: { $exists: true } },
          { projection: { succeeded_by: 1 }, batchSize: asked.length + 1 },
        )
        .toArray();
      for (const { _id, succeeded_by } of moved) if (succeeded_by) next.set(_id, succeeded_by);
      asked = moved.flatMap((match) => match.succeeded_by ?? []);
    }
    return next;
  };

  /** Takes back that matches go on as ones that are FAILED. */
  const goOnAlone = async (links: readonly (readonly [string, string])[]): Promise<void> => {
    if (links.length === 0) return;
    const [from, failed] = [links.map(([id]) => id), links.map(([, successor]) => successor)];
    await matches.updateMany(
      { _id: { $in: from }, succeeded_by: { $in: failed } },
      { $unset: { succeeded_by: true } },
    );
  };

  return {
    goOnAlone,

    /**
     * Lets a match go on as another. Returns it as it is now; `undefined` when the fleet does not know it; `over` when it
     * has a result or has gone on as yet another match, which decides any race with either.
     */
    async succeed(matchId: string, successor: string): Promise<MatchRecord | undefined | 'over'> {
      const running = {
        _id: matchId,
        status: 'COMPLETED' as const,
        result: { $exists: false },
        $or: [{ succeeded_by: { $exists: false } }, { succeeded_by: successor }],
      };
      await matches.updateOne(running, { $set: { succeeded_by: successor } });
      const match = await matches.findOne({ _id: matchId });
      if (!match) return undefined;
      return match.succeeded_by === successor ? match : 'over';
    },

    /** Per match the id of the one that it goes on as in the end; of matches that went on as none, their own. */
    async current(matchIds: readonly string[]): Promise<Map<string, string>> {
      const next = await successions(matchIds);
      const last = (id: string): string => {
        const successor = next.get(id);
        return successor === undefined ? id : last(successor);
      };
      return new Map(matchIds.map((id) => [id, last(id)]));
    },

    /**
     * Takes back that matches, or those they went on as, go on as ones that were lost on their way: a queue store that went
     * back in time has forgotten them, and the worker that had them died before it stored them. A FAILED match of that id is
     * stored first: should that worker live after all, it stores no other.
     */
    async reopen(matchIds: readonly string[], lost: ReadonlySet<string>, now: Date): Promise<void> {
      const links = [...(await successions(matchIds))].filter(([, successor]) => lost.has(successor));
      const successors = links.map(([, successor]) => successor);
      const ended = await matches
        .find({ _id: { $in: links.map(([id]) => id) } }, { batchSize: links.length + 1 })
        .toArray();
      await insertNew(
        matches,
        ended.map((match) => lostMatch({ ...match, _id: match.succeeded_by ?? '' }, now)),
      );
      const failed = await matches
        .find({ _id: { $in: successors }, status: 'FAILED' }, { batchSize: links.length + 1 })
        .toArray();
      const over = new Set(failed.map((match) => match._id));
      await goOnAlone(links.filter(([, successor]) => over.has(successor)));
    },
  };
}
