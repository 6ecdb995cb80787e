-- Gives workers and producers their copy of a configuration; an older version never replaces a newer one.
-- KEYS[1] hash tag
-- ARGV    configuration name, version, body (JSON), what its events carry, its topic (each may be empty)
-- Returns one of
--   1  installed
--   0  the copy there is as new or newer; nothing changed
local at = key('configuration', ARGV[1])
if tonumber(redis.call('HGET', at, 'version') or '0') >= tonumber(ARGV[2]) then return 0 end
redis.call('HSET', at, 'version', ARGV[2], 'body', ARGV[3])
if ARGV[4] == '' then
  redis.call('HDEL', at, 'custom-event-data')
else
  redis.call('HSET', at, 'custom-event-data', ARGV[4])
end
if ARGV[5] == '' then
  redis.call('HDEL', key('topics'), ARGV[1])
else
  redis.call('HSET', key('topics'), ARGV[1], ARGV[5])
end
redis.call('SADD', key('configurations'), ARGV[1])
-- What waits may match under the new version: its pools, resting until then, are due.
local time = string.format('%d', read_clock())
for _, pool in ipairs(redis.call('SMEMBERS', key('pools', ARGV[1]))) do
  redis.call('ZADD', key('due'), 'LT', time, pool)
end
return 1
