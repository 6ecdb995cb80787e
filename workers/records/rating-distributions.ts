import type { Db } from 'mongodb';
import { type Distribution, sample } from '../../jobs/ladder/percentile.ts';
import { meanOn, type PlayerRecord } from './players.ts';

/** A document of `rating_distribution`, by ladder. */
interface DistributionRecord {
  readonly _id: string;
  readonly measured_at: Date;
  /** Active players. */
  readonly players: number;
  readonly means: Distribution;
  /** A measurement that is under way. */
  readonly measuring?: Measuring;
}

/** Players are gone through by their means, from the lowest on. */
interface Measuring {
  /** Those who have played since this time (ms) count; 0: everybody. */
  readonly since: number;
  /** How many there were when it began, and how many are looked at. */
  readonly players: number;
  readonly seen: number;
  /** Means that are kept of those. */
  readonly means: readonly number[];
  /** Who was looked at last. */
  readonly last?: { readonly mu: number; readonly _id: string };
}

/** Who has played within so many ms is active. Where nobody has, everybody is. */
const activeMs = 30 * 86_400_000;
/** How long (ms) a distribution counts, and a copy of it in a worker. */
const measuredMs = 300_000;
const copyMs = 60_000;
/** Players that one step looks at. */
const pageLength = 20_000;

export type RatingDistributions = ReturnType<typeof openRatingDistributions>;

/** `perStep`: players that one step of a measurement looks at. */
export function openRatingDistributions(db: Db, perStep = pageLength) {
  const distributions = db.collection<DistributionRecord>('rating_distribution');
  const players = db.collection<PlayerRecord>('players');
  const copies = new Map<string, { readonly readAt: number; readonly means: Distribution }>();

  const activeOn = (ladder: string, since: number) => ({
    [meanOn(ladder)]: { $gt: -1e9 },
    ...(since > 0 && { [`ratings.${ladder}.at`]: { $gte: since } }),
  });

  const begin = async (ladder: string, now: number): Promise<Measuring> => {
    const since = now - activeMs;
    const active = await players.countDocuments(activeOn(ladder, since));
    const all = active > 0 ? active : await players.countDocuments(activeOn(ladder, 0));
    return { since: active > 0 ? since : 0, players: all, seen: 0, means: [] };
  };

  /** The players behind the last that was looked at. */
  const restOf = (ladder: string, { since, last }: Measuring) => {
    const mean = meanOn(ladder);
    const behind = last && {
      [mean]: { $gte: last.mu },
      $or: [{ [mean]: { $gt: last.mu } }, { [mean]: last.mu, _id: { $lt: last._id } }],
    };
    return (
      players
        .find({ ...activeOn(ladder, since), ...behind })
        .project({ [mean]: 1 })
        // The other way round than the index that finds the best.
        .sort({ [mean]: 1, _id: -1 })
        .batchSize(Math.min(perStep, 10_000))
    );
  };

  const note = async (ladder: string, measuring: Measuring): Promise<void> => {
    const never = { measured_at: new Date(0), players: 0, means: [] };
    await distributions.updateOne(
      { _id: ladder },
      { $set: { measuring }, $setOnInsert: never },
      { upsert: true },
    );
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

    /**
     * Measures one of these ladders where that is due, or goes on with it; not after `until` (ms, this
     * process's clock), but for a step. Returns the ladder, and whether it is measured now; `undefined` where
     * none is due. Whoever is rated meanwhile may be met twice or not at all.
     */
    async measureNext(
      ladders: readonly string[],
      now: number,
      until = Number.POSITIVE_INFINITY,
    ): Promise<{ ladder: string; over: boolean } | undefined> {
      const found = await distributions.find({ _id: { $in: [...ladders] } }).toArray();
      const fresh = found.filter((it) => it.measured_at.getTime() > now - measuredMs);
      const ladder = ladders.find((it) => !fresh.some(({ _id }) => _id === it));
      if (ladder === undefined) return undefined;
      let measuring = found.find((it) => it._id === ladder)?.measuring ?? (await begin(ladder, now));
      let some: number[] = [];
      for await (const { _id, ratings } of restOf(ladder, measuring)) {
        some.push(Number(ratings[ladder].mu));
        if (some.length < perStep) continue;
        const last = { mu: some.at(-1) ?? 0, _id: String(_id) };
        measuring = { ...measuring, ...sample(measuring, some), last };
        some = [];
        await note(ladder, measuring);
        if (Date.now() >= until) return { ladder, over: false };
      }
      const { seen, means } = sample(measuring, some);
      await distributions.updateOne(
        { _id: ladder },
        { $set: { measured_at: new Date(now), players: seen, means }, $unset: { measuring: '' } },
        { upsert: true },
      );
      return { ladder, over: true };
    },
  };
}
