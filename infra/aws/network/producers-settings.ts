import { z } from 'zod';

/**
 * Who may reach the queue cluster, beside services in the stage's own group (output
 * `ProducersSecurityGroup`).
 */
export const producers = z
  .strictObject({
    /** Groups of theirs, in this VPC or in a peered one of the same region. They reach the HTTP API too. */
    securityGroupIds: z
      .array(z.string().regex(/^sg-[0-9a-f]{8,17}$/))
      .max(20)
      .default([]),
    /** Addresses that peering, a transit gateway or a VPN routes here. */
    cidrs: z.array(z.cidrv4()).max(20).default([]),
    /**
     * Routes for answers to addresses outside the VPC that the stage makes. Without one no answer reaches
     * them. A peering connection must be accepted, and a transit gateway attached to the VPC, before it is
     * named here. A route admits nobody by itself.
     */
    routes: z
      .array(
        z.strictObject({
          cidr: z.cidrv4(),
          by: z
            .string()
            .regex(/^(pcx|tgw)-[0-9a-f]+$/, 'must be a peering (pcx-…) or a transit gateway (tgw-…)'),
        }),
      )
      .max(20)
      .default([]),
  })
  .prefault({});
