import type { Db } from 'mongodb';
import { type Distribution, distributionOf } from '../../jobs/ladder/percentile.ts';
import { meanOn, type PlayerRecord } from './players.ts';

/** A document of `rating_distribution`, by ladder. */
interface DistributionRecord {
  readonly _id: string;
  readonly measured_at: Date;
  /** Active players. */
  readonly players: number;
  readonly means: Distribution;
}

/** Who has played within so many ms is active. Where nobody has, everybody is. */
const activeMs = 30 * 86_400_000;
/** How long (ms) a distribution counts, and a copy of it in a worker. */
const measuredMs = 300_000;
const copyMs = 60_000;

export type RatingDistributions = ReturnType<typeof openRatingDistributions>;

export function openRatingDistributions(db: Db) {
  const distributions = db.collection<DistributionRecord>('rating_distribution');
  const players = db.collection<PlayerRecord>('players');
  const copies = new Map<string, { readonly readAt: number; readonly means: Distribution }>();

  const meansSince = async (ladder: string, since: number): Promise<number[]> => {
    const means: number[] = [];
    const found = players
      .find({
        [meanOn(ladder)]: { $gt: -1e9 },
        ...(since > 0 && { [`ratings.${ladder}.at`]: { $gte: since } }),
      })
      .project({ _id: 0, [meanOn(ladder)]: 1 })
      .sort({ [meanOn(ladder)]: 1 })
      .batchSize(10_000);
    for await (const { ratings } of found) means.push(Number(ratings[ladder].mu));
    return means;
  };

  return {
    /** A ladder's distribution, a minute old at most in this worker; empty before it was first measured. */
    async read(ladder: string): Promise<Distribution> {
      const copy = copies.get(ladder);
      if (copy && performance.now() < copy.readAt + copyMs) return copy.means;
      const means = (await distributions.findOne({ _id: ladder }))?.means ?? [];
      if (means.length > 0) copies.set(ladder, { readAt: performance.now(), means });
      return means;
    },

    /** Measures those of these ladders of which it is due. Returns which. */
    async measure(ladders: readonly string[], now: number): Promise<string[]> {
      const fresh = await distributions
        .find({ _id: { $in: [...ladders] }, measured_at: { $gt: new Date(now - measuredMs) } })
        .project({ _id: 1 })
        .toArray();
      const due = ladders.filter((ladder) => !fresh.some((it) => it['_id'] === ladder));
      for (const ladder of due) {
        const active = await meansSince(ladder, now - activeMs);
        const means = active.length > 0 ? active : await meansSince(ladder, 0);
        const measured = { measured_at: new Date(now), players: means.length, means: distributionOf(means) };
        await distributions.updateOne({ _id: ladder }, { $set: measured }, { upsert: true });
      }
      return due;
    },
  };
}
