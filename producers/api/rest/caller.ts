import type { IncomingHttpHeaders } from 'node:http';
import { type CallName, isForPlayers, mayByKey, rightFor } from '../../../jobs/permissions.ts';
import type { CallOptions } from '../../call.ts';
import { IdentityError } from '../../identity/identity-error.ts';
import type { ApiKey, KeyRing } from '../../keys/key-ring.ts';
import { readToken, sameSecret, tokenOf } from '../../keys/seal.ts';
import { at } from '../../request-error.ts';
import { ApiProblem } from './problem.ts';

/**
 * Who a request comes from: a service by its key, or players by their access tokens, the first of whom asks.
 */
export type Caller =
  | { readonly kind: 'service'; readonly key: ApiKey }
  | { readonly kind: 'players'; readonly playerIds: readonly [string, ...string[]] };

/**
 * Whose access token it is; throws an IdentityError where it is nobody's. Absent: players may not call this
 * API.
 */
export type VerifyToken = (accessToken: string) => Promise<{ readonly playerId: string }>;

/** More tokens than any party has players. */
const mostTokens = 200;

const bearer = /^Bearer +([\w.~+/=-]{1,8192})$/i;

/**
 * Who asks, by `Authorization: Bearer <key or access token>`. Further members of a party give theirs in
 * `Party-Tokens`, separated by commas.
 */
export async function callerOf(
  headers: IncomingHttpHeaders,
  keys: KeyRing,
  verify: VerifyToken | undefined,
): Promise<Caller> {
  const [, token] = bearer.exec(headers.authorization ?? '') ?? [];
  if (!token)
    throw new ApiProblem(
      401,
      at('authorization', 'needs "Bearer" and a key, or an access token of a player'),
    );
  const given = readToken(token);
  if (given) {
    const key = await keys.find(given.name);
    if (!sameSecret(key?.secret ?? '', given.secret) || !key)
      throw new ApiProblem(401, at('authorization', 'this is no key that works'));
    return { kind: 'service', key };
  }
  if (!verify)
    throw new ApiProblem(
      401,
      at('authorization', 'players cannot call here: the API was started without a user pool'),
    );
  const party = partyTokens(headers['party-tokens']);
  const [first, ...others] = await Promise.all([token, ...party].map((it) => playerOf(it, verify)));
  return { kind: 'players', playerIds: [first ?? '', ...others] };
}

function partyTokens(header: string | string[] | undefined): string[] {
  const tokens = String(header ?? '')
    .split(',')
    .map((it) => it.trim())
    .filter(Boolean);
  if (tokens.length > mostTokens) throw new ApiProblem(400, at('party-tokens', `at most ${mostTokens}`));
  return tokens;
}

async function playerOf(token: string, verify: VerifyToken): Promise<string> {
  try {
    return (await verify(token)).playerId;
  } catch (error) {
    if (!(error instanceof IdentityError)) throw error;
    const isAway = error.code === 'unavailable';
    throw new ApiProblem(
      isAway ? 503 : 401,
      isAway ? 'the user pool cannot be asked for its keys' : at('authorization', error.code),
      { cause: error, ...(isAway && { retryAfter: 2 }) },
    );
  }
}

/** Throws where the caller may not make a call: keys by their rights, players where it is open to them. */
export function checkMay(caller: Caller, call: CallName): void {
  if (caller.kind === 'service' && !mayByKey(call, caller.key.rights))
    throw new ApiProblem(
      403,
      `key ${caller.key.name} is not allowed to: it needs the right ${rightFor(call)}`,
    );
  if (caller.kind === 'players' && !isForPlayers(call))
    throw new ApiProblem(403, 'this is for services with a key');
}

/** Who asks, for a call of the client library; operators' commands are signed by the caller's own key. */
export const askingAs = (caller: Caller): Pick<CallOptions, 'actor' | 'operatorKey'> =>
  caller.kind === 'service'
    ? {
        actor: { kind: 'service', name: caller.key.name },
        operatorKey: tokenOf(caller.key.name, caller.key.secret),
      }
    : { actor: { kind: 'player', playerId: caller.playerIds[0] } };
