import { z } from 'zod';

/** The HTTP API as a service of its own, behind a load balancer inside the network. */
export const api = z.strictObject({
  cpu: z.literal([256, 512, 1_024]),
  memoryMiB: z.int().min(512).max(8_192),
  minTasks: z.int().min(1),
  maxTasks: z.int().min(1),
  /** The certificate (ACM) of the name by which services reach it; that name is yours to point at the output `Address`. */
  certificateArn: z.string().regex(/^arn:aws[a-z-]*:acm:[a-z0-9-]+:\d{12}:certificate\/[\w-]+$/),
  /** Where game services call from; nobody else reaches the load balancer. */
  clientCidrs: z.array(z.cidrv4()).min(1),
  alarms: z
    .strictObject({
      latencyP99Seconds: z.number().positive().default(1),
      /** Requests a minute that failed for a reason that is not the caller's. */
      errors: z.int().min(0).default(10),
    })
    .prefault({}),
});

export type ApiSettings = z.output<typeof api>;
