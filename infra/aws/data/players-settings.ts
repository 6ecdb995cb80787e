import { z } from 'zod';

/** The user pool of players. */
export const players = z.strictObject({
  /**
   * A player with a second factor is not signed in by `producers/identity`, which says `challenge-required`:
   * their game signs them in with Cognito's own SDK, and the access token is as good. `required`: so does
   * everybody's.
   */
  mfa: z.enum(['off', 'optional', 'required']),
  /**
   * Whether a password may be sent to Cognito, over TLS. `false`: only proved by SRP, which
   * `producers/identity` does by default.
   */
  passwordFlow: z.boolean(),
  selfSignUp: z.boolean(),
  /**
   * `email`: the address is the user name. `chosen`: a player chooses one and signs in by it or by the
   * confirmed address; `userNames` of `createIdentity` must say so too. Fixed when the pool is made: a change
   * makes an empty pool.
   */
  userNames: z.enum(['email', 'chosen']).default('email'),
  /**
   * Who sends the codes: an identity verified in Amazon SES, out of its sandbox; or `cognito`, which sends 50
   * mails a day for a whole account. Default: `cognito` as well, but production is not deployed before it is
   * said.
   */
  mail: z
    .union([
      z.literal('cognito'),
      z.strictObject({
        /** Address, or `Name <address>`, of that identity. */
        from: z.string().regex(/^([^<>]+ <[^\s<>@]+@[^\s<>@]+>|[^\s<>@]+@[^\s<>@]+)$/),
        identityArn: z.string().regex(/^arn:[\w-]+:ses:[\w-]+:\d{12}:identity\/.+$/),
        /** Of SES, for bounces and complaints. */
        configurationSet: z.string().min(1).optional(),
      }),
    ])
    .optional(),
});
