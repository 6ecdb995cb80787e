-- Moves a follower past events it has taken, and keeps those it could not take and never will.
-- KEYS[1] hash tag
-- ARGV    follower, holder, position it read from, position now, then the events it could not take (JSON)
-- Returns one of
--   1  moved
--   0  somebody else holds it by now, or it has moved before; nothing changed
local REFUSED_KEPT = 1000
local at = key('follower', ARGV[1])
local f = redis.call('HMGET', at, 'holder', 'position')
if f[1] ~= ARGV[2] or f[2] ~= ARGV[3] then return 0 end
redis.call('HSET', at, 'position', ARGV[4])
for i = 5, #ARGV do
  redis.call('XADD', key('refused-events'), 'MAXLEN', '~', REFUSED_KEPT, '*', 'follower', ARGV[1], 'event', ARGV[i])
end
return 1
