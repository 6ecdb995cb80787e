import { getDiffieHellman, randomBytes } from 'node:crypto';
import { createSrpSession, signSrpSession } from 'cognito-srp-helper';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { beginSrp } from '../../producers/identity/srp.ts';

const hex = (bytes: number) => fc.uint8Array({ minLength: bytes, maxLength: bytes }).map(toHex);
const toHex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

const challengeOf = (SRP_B: string, SALT: string, user: string) => ({
  SRP_B,
  SALT,
  USER_ID_FOR_SRP: user,
  SECRET_BLOCK: Buffer.from('a block only Cognito can read').toString('base64'),
});

test('a password is proved exactly as another implementation of the protocol proves it', {
  timeout: 60_000,
}, () => {
  fc.assert(
    fc.property(hex(384), hex(16), fc.uuid(), fc.string({ minLength: 1 }), (B, salt, user, password) => {
      const poolId = 'eu-west-1_Example01';
      const theirs = createSrpSession('anybody', password, poolId, false);
      const challenge = challengeOf(B, salt, user);
      const signed = signSrpSession(theirs, {
        ChallengeName: 'PASSWORD_VERIFIER',
        ChallengeParameters: challenge,
      });
      const ours = beginSrp(poolId, Buffer.from(theirs.smallA.padStart(256, '0'), 'hex'));
      const answer = ours.answer(
        challenge,
        password,
        new Date(`${signed.timestamp.replace('UTC ', '')} UTC`),
      );

      expect(ours.A).toBe(theirs.largeA);
      expect(answer).toEqual({
        TIMESTAMP: signed.timestamp,
        PASSWORD_CLAIM_SIGNATURE: signed.passwordSignature,
      });
    }),
    { numRuns: 6, endOnFailure: true },
  );
});

test('another password, user or pool is another proof', () => {
  const secret = randomBytes(128);
  const challenge = challengeOf(toHex(randomBytes(384)), toHex(randomBytes(16)), 'ann');
  const now = new Date('2026-11-06T09:05:07Z');
  const proof = (pool: string, given: typeof challenge, password: string) =>
    beginSrp(pool, secret).answer(given, password, now)?.PASSWORD_CLAIM_SIGNATURE;
  const proofs = [
    proof('r_one', challenge, 'right'),
    proof('r_one', challenge, 'wrong'),
    proof('r_one', { ...challenge, USER_ID_FOR_SRP: 'bob' }, 'right'),
    proof('r_two', challenge, 'right'),
  ];

  expect(new Set(proofs).size).toBe(proofs.length);
  expect(proof('r_one', challenge, 'right')).toBe(proofs[0]);
});

test('the time is written as Cognito reads it', () => {
  const challenge = challengeOf('ab', 'cd', 'ann');

  expect(beginSrp('r_p').answer(challenge, 'x', new Date('2026-11-06T09:05:07Z'))?.TIMESTAMP).toBe(
    'Fri Nov 6 09:05:07 UTC 2026',
  );
});

test('a challenge that would make every password right is not answered', () => {
  const N = getDiffieHellman('modp15').getPrime('hex');

  for (const B of ['0', '00', N])
    expect(beginSrp('r_p').answer(challengeOf(B, 'cd', 'ann'), 'x', new Date())).toBeUndefined();
});
