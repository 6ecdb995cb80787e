import { queueNames } from '../../jobs/contract.ts';
import { poolTag, queuePrefix, ratingCacheKey, sessionCacheKey } from '../../jobs/keys.ts';

/**
 * Access of the fleet's Valkey users, as `ACL SETUSER` takes it. Tests run a worker with exactly these rules.
 *
 * BullMQ reads INFO once per connection and counts workers with CLIENT LIST; both are "dangerous" to Valkey, as are
 * FLUSHALL, KEYS and CONFIG, which stay closed.
 */
export function queueAccess(domain: string): string {
  const tags = new Set([...queueNames.map((queue) => queuePrefix(domain, queue)), poolTag(domain)]);
  const keys = [...tags].map((tag) => `~${tag}*`);
  return ['on', ...keys, 'resetchannels', '+@all', '-@admin', '-@dangerous', '+info', '+client|list'].join(
    ' ',
  );
}

export function cacheAccess(): string {
  const keys = [sessionCacheKey('*'), ratingCacheKey('*')].map((key) => `~${key}`);
  const commands = ['-@all', '+@read', '+@write', '+@connection', '+@scripting', '-@dangerous', '+info'];
  return ['on', ...keys, 'resetchannels', ...commands].join(' ');
}
