-- Lets a follower go, so that anybody may follow next; after a failure only when it has rested, twice as long each time.
-- KEYS[1] hash tag
-- ARGV    follower, holder, 1 when it failed, else 0, first rest in ms, longest rest in ms
-- Returns one of
--   1  let go
--   0  somebody else holds it by now; nothing changed
local at = key('follower', ARGV[1])
if redis.call('HGET', at, 'holder') ~= ARGV[2] then return 0 end
redis.call('HDEL', at, 'holder', 'until')
if ARGV[3] == '0' then
  redis.call('HDEL', at, 'failures')
  return 1
end
local failures = redis.call('HINCRBY', at, 'failures', 1)
local rest = math.min(tonumber(ARGV[5]), tonumber(ARGV[4]) * 2 ^ math.min(failures - 1, 20))
redis.call('HSET', at, 'until', string.format('%d', read_clock() + rest))
return 1
