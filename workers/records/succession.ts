import type { Collection } from 'mongodb';
import { lostMatch } from './decisions.ts';
import { insertNew } from './insert-new.ts';
import type { MatchRecord } from './match-record.ts';

/** Of match ids those that wait in the outbox for their effect. */
type Waiting = (matchIds: readonly string[]) => Promise<readonly { readonly matchId: string }[]>;

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

  /** Of matches by id those that are on record with this status. */
  const areOnRecord = async (ids: readonly string[], status: MatchRecord['status']): Promise<Set<string>> => {
    const found = await matches
      .find({ _id: { $in: [...ids] }, status }, { projection: { _id: 1 }, batchSize: ids.length + 1 })
      .toArray();
    return new Set(found.map((match) => match._id));
  };

  /**
   * Takes back links to matches that are not played. A FAILED match of that id is stored first: should a
   * worker have it after all, it stores no other.
   */
  const reopen = async (links: readonly (readonly [string, string])[], now: Date): Promise<void> => {
    const successors = links.map(([, successor]) => successor);
    const ended = await matches
      .find({ _id: { $in: links.map(([id]) => id) } }, { batchSize: links.length + 1 })
      .toArray();
    await insertNew(
      matches,
      ended.flatMap((match) =>
        match.succeeded_by === undefined ? [] : [lostMatch({ ...match, _id: match.succeeded_by }, now)],
      ),
    );
    const failed = await areOnRecord(successors, 'FAILED');
    await goOnAlone(links.filter(([, successor]) => failed.has(successor)));
  };

  return {
    goOnAlone,

    /**
     * Lets a match go on as another. Returns it as it is now; `undefined` when the fleet does not know it;
     * `over` when it has a result or has gone on as yet another match, which decides any race with either.
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

    /**
     * Per match the id of the one that it goes on as in the end; of matches that went on as none, their own.
     * A link counts where the other match is on record as played, or waits in the outbox. Any other is taken
     * back: that match is FAILED, or a queue store that went back in time has lost it, and the worker that
     * had it died before it stored it.
     */
    async current(matchIds: readonly string[], waiting: Waiting, now: Date): Promise<Map<string, string>> {
      const next = await successions(matchIds);
      const successors = [...next.values()];
      const unplayed = new Set(successors);
      if (successors.length > 0) {
        // First the outbox, then the record: a match that is settled in between is seen in the record.
        for (const { matchId } of await waiting(successors)) unplayed.delete(matchId);
        for (const id of await areOnRecord([...unplayed], 'COMPLETED')) unplayed.delete(id);
      }
      const broken = [...next].filter(([, successor]) => unplayed.has(successor));
      if (broken.length > 0) await reopen(broken, now);
      for (const [id] of broken) next.delete(id);
      const last = (id: string): string => {
        const successor = next.get(id);
        return successor === undefined ? id : last(successor);
      };
      return new Map(matchIds.map((id) => [id, last(id)]));
    },
  };
}
