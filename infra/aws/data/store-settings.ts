import { z } from 'zod';

const generation = z.int().min(1).max(10_000);

/** What a stage keeps its data in. */
export const storeSettings = {
  queueCluster: z.strictObject({
    /** Durability needs an r or m family: t nodes have none. */
    nodeType: z.string().regex(/^cache\./),
    replicas: z.int().min(0).max(5),
    /**
     * `sync` loses nothing it acknowledged, at milliseconds a write. `async` may lose 10 s and costs no
     * latency. `disabled` may lose whatever a failover loses.
     */
    durability: z.enum(['sync', 'async', 'disabled']),
    snapshotDays: z.int().min(0).max(35),
    /**
     * Replaces the cluster by one made from this snapshot. Leave it set afterwards: with another name, or
     * none, the cluster is replaced again. Default: an empty one.
     */
    snapshotName: z.string().min(1).optional(),
  }),
  sessionCache: z.strictObject({
    nodeType: z.string().regex(/^cache\./),
    replicas: z.int().min(0).max(5),
  }),
  /**
   * Which password each user of a Valkey cluster has, counted from 1: one more, and a deployment makes a new
   * one. The one before goes on working until the next change. See runbook.md, "Rotating a Valkey password".
   */
  passwords: z
    .strictObject({
      workers: generation.default(1),
      producers: generation.default(1),
      operators: generation.default(1),
      cache: generation.default(1),
    })
    .prefault({}),
  documentdb: z.strictObject({
    engineVersion: z.enum(['5.0.0', '8.0.0']),
    instanceType: z.string().regex(/^[a-z0-9]+\.[a-z0-9]+$/),
    instances: z.int().min(1).max(15),
    backupDays: z.int().min(7).max(35),
    /**
     * A restored cluster that workers use instead of the stack's own, by its endpoint; with the same login.
     */
    restoredEndpoint: z.hostname().optional(),
    /** Limits of one instance of that type, which AWS lists by size; alarms are shares of them. */
    connectionLimit: z.int().min(100),
    cursorLimit: z.int().min(10),
  }),
};

/**
 * Node families that ElastiCache lists under "Durability" in its user guide; any other is refused when the
 * cluster is made.
 */
export const durableNode = /^cache\.(r[678]g|m[678]g|c7gn)\./;
