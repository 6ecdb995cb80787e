import { queueNames } from '../../jobs/contract.ts';
import { poolTag, queuePrefix, ratingCacheKey, sessionCacheKey } from '../../jobs/keys.ts';

/** FLUSHALL, KEYS, CONFIG and their like; and what takes every script away from everybody, which Valkey finds harmless. */
const closed = ['-@admin', '-@dangerous', '-script|flush', '-function'];

/**
 * Access of the fleet's Valkey users, as `ACL SETUSER` takes it. Tests run a worker with exactly these rules.
 *
 * BullMQ reads INFO once per connection and counts workers with CLIENT LIST, which count as dangerous.
 */
export function queueAccess(domain: string): string {
  const tags = new Set([...queueNames.map((queue) => queuePrefix(domain, queue)), poolTag(domain)]);
  const keys = [...tags].map((tag) => `~${tag}*`);
  return ['on', ...keys, 'resetchannels', '+@all', ...closed, '+info', '+client|list'].join(' ');
}

export function cacheAccess(): string {
  const keys = [sessionCacheKey('*'), ratingCacheKey('*')].map((key) => `~${key}`);
  const commands = ['-@all', '+@read', '+@write', '+@connection', '+@scripting', ...closed, '+info'];
  return ['on', ...keys, 'resetchannels', ...commands].join(' ');
}
