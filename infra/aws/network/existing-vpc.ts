import { z } from 'zod';

const subnet = z.strictObject({
  id: z.string().regex(/^subnet-[0-9a-f]+$/),
  routeTableId: z.string().regex(/^rtb-[0-9a-f]+$/),
});

/**
 * Subnets of a VPC that somebody else made: one for tasks and one for stores in each of `availabilityZones`,
 * in that order.
 */
export const existingVpc = z.strictObject({
  vpcId: z.string().regex(/^vpc-[0-9a-f]+$/),
  taskSubnets: z.array(subnet).min(2).max(3),
  storeSubnets: z.array(subnet).min(2).max(3),
  /**
   * `make`: the stage puts the endpoints that tasks need into the task subnets. `there`: the VPC has them, or
   * another way to those services (`endpoints.ts` lists them); a second endpoint of a service with private
   * DNS is refused.
   */
  endpoints: z.enum(['make', 'there']),
});
