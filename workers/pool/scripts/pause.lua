-- Pauses a configuration, or lets it go on: as long as it is paused no match of it is formed.
-- Uses: arguments, keys, numbers, clock, due
-- Flags: allow-oom
-- KEYS[1] hash tag
-- ARGV    configuration name, pause | resume
-- Returns one of
--   <ms>     since when it is paused, in Redis time
--   (empty)  it is not paused
--   missing  there is no such configuration
local name, action = next_text(), next_text()
local at = configuration_key(name)
if redis.call('EXISTS', at) == 0 then return 'missing' end
if action == 'pause' then
  redis.call('HSETNX', at, 'paused', whole(redis_time()))
  return redis.call('HGET', at, 'paused')
end
redis.call('HDEL', at, 'paused')
make_pools_due(name, fleet_time())
return ''
