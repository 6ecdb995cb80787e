-- Pauses a configuration, or lets it go on: as long as it is paused no match of it is formed.
-- KEYS[1] hash tag
-- ARGV    configuration name, pause | resume
-- Returns one of
--   <ms>     since when it is paused
--   (empty)  it is not paused
--   missing  there is no such configuration
local at = key('configuration', ARGV[1])
if redis.call('EXISTS', at) == 0 then return 'missing' end
local time = string.format('%d', read_clock())
if ARGV[2] == 'pause' then
  redis.call('HSETNX', at, 'paused', time)
  return redis.call('HGET', at, 'paused')
end
redis.call('HDEL', at, 'paused')
-- What waits may match now: its pools, resting until then, are due.
for _, pool in ipairs(redis.call('SMEMBERS', key('pools', ARGV[1]))) do
  redis.call('ZADD', key('due'), 'LT', time, pool)
end
return ''
