import { type ApiProcess, startApi } from './api-process.ts';
import type { Fleet } from './fleet.ts';
import { keysSecret } from './operator.ts';
import { openRole } from './redis-user.ts';

/**
 * An API of the fleet, with the access of its role. Give it to `await using`, or dispose of it before the
 * fleet.
 */
export async function openApi(fleet: Fleet, more: NodeJS.ProcessEnv = {}): Promise<ApiProcess> {
  const role = await openRole(fleet.domain, 'producer');
  const { OPERATOR_KEY: _unused, ...env } = fleet.env;
  const api = await startApi({ ...env, API_KEYS_SECRET: keysSecret, QUEUE_REDIS_URL: role.url, ...more });
  return {
    ...api,
    async [Symbol.asyncDispose]() {
      await api[Symbol.asyncDispose]();
      const refused = await role.refused();
      await role[Symbol.asyncDispose]();
      if (refused.length > 0) throw new Error(`Refused to the API:\n${refused.join('\n')}`);
    },
  };
}
