-- Moves a follower past events it has taken, and keeps those it could not take and never will.
-- KEYS[1] hash tag
-- ARGV    follower, holder, position it read from, position now, time of the event there (empty: it was gone), then the
--         events it could not take (JSON)
-- Returns one of
--   1  moved
--   0  somebody else holds it by now, it has moved before, or the store has gone back and numbers another event so;
--      nothing changed
local REFUSED_KEPT = 1000
local at = key('follower', ARGV[1])
local f = redis.call('HMGET', at, 'holder', 'position')
if f[1] ~= ARGV[2] or f[2] ~= ARGV[3] then return 0 end
local entry = redis.call('XRANGE', key('events'), ARGV[4] .. '-0', ARGV[4] .. '-0')[1]
if entry and entry[2][4] ~= ARGV[5] then return 0 end
if tonumber(ARGV[4]) > tonumber(redis.call('GET', key('event-number')) or '0') then return 0 end
redis.call('HSET', at, 'position', ARGV[4])
for i = 6, #ARGV do
  redis.call('XADD', key('refused-events'), 'MAXLEN', '~', REFUSED_KEPT, '*', 'follower', ARGV[1], 'event', ARGV[i])
end
return 1
