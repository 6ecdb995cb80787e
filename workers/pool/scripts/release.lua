-- Lets a follower go, so that anybody may follow next; after a failure only when it has rested, twice as long each time.
-- Uses: arguments, keys, numbers, clock
-- Flags: allow-oom
-- KEYS[1] hash tag
-- ARGV    follower, holder, 1 when it failed, else 0, first rest in ms, longest rest in ms
-- Returns one of
--   1  let go
--   0  somebody else holds it by now; nothing changed
local follower, holder, failed = next_text(), next_text(), next_text() == '1'
local first_rest, longest_rest = next_number(), next_number()
local at = follower_key(follower)
if redis.call('HGET', at, 'holder') ~= holder then return 0 end
redis.call('HDEL', at, 'holder', 'until')
if not failed then
  redis.call('HDEL', at, 'failures')
  return 1
end
local failures = redis.call('HINCRBY', at, 'failures', 1)
local rest = math.min(longest_rest, first_rest * 2 ^ math.min(failures - 1, 20))
redis.call('HSET', at, 'until', whole(fleet_time() + rest))
return 1
