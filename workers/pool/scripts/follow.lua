-- Reads on in a stream for a follower: somebody who takes every entry once and in order, and whose place is kept here. It has one
-- holder at a time, who must ask again within its lease; `advance` hears nobody else. One that nobody asks for within a
-- week of fleet time is forgotten.
-- Uses: arguments, keys, numbers, clock, chain, followers
-- Flags: allow-oom
-- KEYS[1] hash tag
-- ARGV    stream: events | endings, follower, holder, lease in ms, most events or endings, where a new follower begins:
--         oldest | latest
-- Returns { state, ...}, state one of
--   busy  another holds it, or it rests after a failure; nothing changed
--   held, fleet time, position of the latest entry, its own position, how much of it it has lost, entries as XRANGE
--         gives them. What is lost was forgotten before it was taken.
local WEEK_MS = 604800000
local FORGOTTEN_AT_ONCE = 10
local stream, head_key = followed(next_text())
local follower, holder, lease, most, begin = next_text(), next_text(), next_number(), next_number(), next_text()
local at = follower_key(follower)
local now = fleet_time()
local known, held_by, held_until = unpack(redis.call('HMGET', at, 'position', 'holder', 'until'))
if held_by ~= holder and tonumber(held_until or '0') > now then return { 'busy' } end
local from = known or begin == 'oldest' and NO_ID or redis.call('GET', head_key) or NO_ID
local position, entries, head = read_on(stream, head_key, from, most)
local lost = known and math.max(0, id_number(position) - id_number(known)) or 0
redis.call('HSET', at, 'position', position, 'holder', holder, 'until', whole(now + lease))
redis.call('ZADD', followers_key(), whole(now), follower)
local unasked = redis.call('ZRANGEBYSCORE', followers_key(), '-inf', whole(now - WEEK_MS), 'LIMIT', 0, FORGOTTEN_AT_ONCE)
for _, name in ipairs(unasked) do
  redis.call('DEL', follower_key(name))
  redis.call('ZREM', followers_key(), name)
end
return { 'held', whole(now), head, position, lost, entries }
