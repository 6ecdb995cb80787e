-- Moves a follower past events it has taken, and keeps those it could not take and never will.
-- Uses: arguments, keys
-- Flags: allow-oom
-- KEYS[1] hash tag
-- ARGV    follower, holder, position it read from, position now, time of the event there (empty: it was gone), then the
--         events it could not take (JSON)
-- Returns one of
--   1  moved
--   0  somebody else holds it by now, it has moved before, or the store has gone back and numbers another event so;
--      nothing changed
local REFUSED_KEPT = 1000
local follower, holder, from, to, time = next_text(), next_text(), next_text(), next_text(), next_text()
local at = follower_key(follower)
local known = redis.call('HMGET', at, 'holder', 'position')
if known[1] ~= holder or known[2] ~= from then return 0 end
local entry = redis.call('XRANGE', events_key(), to .. '-0', to .. '-0')[1]
if entry and entry[2][4] ~= time then return 0 end
if tonumber(to) > tonumber(redis.call('GET', event_number_key()) or '0') then return 0 end
redis.call('HSET', at, 'position', to)
while has_more() do
  redis.call('XADD', refused_events_key(), 'MAXLEN', '~', REFUSED_KEPT, '*', 'follower', follower, 'event', next_text())
end
return 1
