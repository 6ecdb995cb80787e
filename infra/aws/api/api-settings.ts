import { z } from 'zod';

/** The HTTP API as a service of its own, behind a load balancer inside the network. */
export const api = z.strictObject({
  cpu: z.literal([256, 512, 1_024]),
  memoryMiB: z.int().min(512).max(8_192),
  minTasks: z.int().min(1),
  maxTasks: z.int().min(1),
  /**
   * The certificate (ACM) of the name by which services reach it; that name is yours to point at the output
   * `Address`.
   */
  certificateArn: z.string().regex(/^arn:aws[a-z-]*:acm:[a-z0-9-]+:\d{12}:certificate\/[\w-]+$/),
  /**
   * Where game services call from, beside those in the groups of producers; nobody else reaches the load
   * balancer.
   */
  clientCidrs: z.array(z.cidrv4()).default([]),
  /**
   * A PrivateLink endpoint service for VPCs that are not peered, of this account or another. Default: none.
   */
  endpointService: z
    .strictObject({
      /** Who may ask for an endpoint: an account (`arn:aws:iam::<account>:root`), a role or a user of it. */
      allowedPrincipals: z
        .array(z.string().regex(/^arn:aws[a-z-]*:iam::\d{12}:(root|(role|user)\/[\w+=,.@/-]+)$/))
        .min(1)
        .max(50),
      /**
       * `true`: an endpoint carries nothing until you accept it. `false`: every allowed principal's works at
       * once.
       */
      acceptanceRequired: z.boolean().default(true),
    })
    .optional(),
  alarms: z
    .strictObject({
      latencyP99Seconds: z.number().positive().default(1),
      /** Requests a minute that failed for a reason that is not the caller's. */
      errors: z.int().min(0).default(10),
    })
    .prefault({}),
});

export type ApiSettings = z.output<typeof api>;
