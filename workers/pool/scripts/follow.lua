-- Reads on for a follower: somebody who takes every event once and in order, and whose place is kept here. It has one
-- holder at a time, who must ask again within its lease; `advance` hears nobody else. Unasked for a week it is forgotten.
-- KEYS[1] hash tag
-- ARGV    follower, holder, lease in ms, most events, where a new follower begins: oldest | latest
-- Returns { state, ...}, state one of
--   busy  another holds it, or it rests after a failure; nothing changed
--   held, time, number of the latest event, position, entries as XRANGE gives them
local WEEK = 604800
local at = key('follower', ARGV[1])
local time = read_clock()
local f = redis.call('HMGET', at, 'position', 'holder', 'until')
if f[2] ~= ARGV[2] and tonumber(f[3] or '0') > time then return { 'busy' } end
local latest = tonumber(redis.call('GET', key('event-number')) or '0')
local position = f[1] and math.min(tonumber(f[1]), latest) or latest
if not f[1] and ARGV[5] == 'oldest' then
  local first = redis.call('XRANGE', key('events'), '-', '+', 'COUNT', 1)[1]
  if first then position = tonumber(first[1]:match('^%d+')) - 1 end
end
redis.call('HSET', at, 'position', string.format('%d', position), 'holder', ARGV[2],
  'until', string.format('%d', time + tonumber(ARGV[3])))
redis.call('EXPIRE', at, WEEK)
return { 'held', string.format('%d', time), string.format('%d', latest), string.format('%d', position),
  redis.call('XRANGE', key('events'), string.format('(%d-0', position), '+', 'COUNT', ARGV[4]) }
