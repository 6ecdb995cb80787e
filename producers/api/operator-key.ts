import { rights } from '../../jobs/maintenance/api-keys.ts';
import type { MatchmakingClient } from '../client.ts';
import { readToken, seal } from '../keys/seal.ts';
import { RequestError } from '../request-error.ts';

/**
 * Makes the key that `OPERATOR_KEY` names, with every right, where no key of that name was ever made: whoever holds `API_KEYS_SECRET`
 * may make the first one. A fleet on one machine begins with it.
 */
export async function makeOperatorKey(
  client: Pick<MatchmakingClient, 'apiKeysOnRecord' | 'putApiKey'>,
  operatorKey: string,
  keysSecret: string,
): Promise<void> {
  const token = readToken(operatorKey);
  if (!token)
    throw new RequestError('invalid-request', 'OPERATOR_KEY: must be name~secret, as "key create" prints it');
  const { name, secret } = token;
  if ((await client.apiKeysOnRecord()).some((key) => key.name === name)) return;
  await client.putApiKey(
    seal({ name, generation: 1, state: 'active', rights: [...rights] }, secret, keysSecret),
  );
}
