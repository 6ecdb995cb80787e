-- Moves a follower past entries it has taken, and keeps those it could not take and never will.
-- Uses: arguments, keys, numbers, clock, chain, followers
-- Flags: allow-oom
-- KEYS[1] hash tag
-- ARGV    stream: events | endings, follower, holder, position it read from, position now, then what it could not take:
--         events (JSON), or ids of tickets
-- Returns one of
--   1  moved
--   0  somebody else holds it by now, it has moved before, or a failover lost what it has taken; nothing changed
local REFUSED_KEPT = 1000
local name = next_text()
local stream, head_key = followed(name)
local follower, holder, from, to = next_text(), next_text(), next_text(), next_text()
local at = follower_key(follower)
local known = redis.call('HMGET', at, 'holder', 'position')
if known[1] ~= holder or known[2] ~= from then return 0 end
local head = redis.call('GET', head_key) or NO_ID
local oldest = redis.call('XRANGE', stream, '-', '+', 'COUNT', 1)[1]
-- Older than all that is kept: it was forgotten after it had been taken.
local forgotten = id_number(to) < id_number(oldest and oldest[1] or head)
if head ~= to and not forgotten and #redis.call('XRANGE', stream, to, to) == 0 then return 0 end
redis.call('HSET', at, 'position', to)
while has_more() do
  if name == 'endings' then
    redis.call('ZADD', unrecorded_key(), whole(fleet_time()), next_text())
  else
    redis.call('XADD', refused_events_key(), 'MAXLEN', '~', REFUSED_KEPT, '*', 'follower', follower, 'event', next_text())
  end
end
return 1
