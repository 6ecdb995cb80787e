-- Lets a cycle of a pool begin, unless the last one began too recently, whichever worker ran it.
-- KEYS[1] hash tag
-- ARGV    pool, ms from one cycle's beginning to the next, at least
-- Returns one of
--   (empty)  it begins now
--   <ms>     too early: from when on it may
local began = key('cycle', ARGV[1])
local time = read_clock()
local next_from = tonumber(redis.call('GET', began) or '0') + tonumber(ARGV[2])
if next_from > time then return string.format('%d', next_from) end
-- It is not needed for longer; an interval that was lengthened meanwhile holds from the next cycle on.
redis.call('SET', began, string.format('%d', time), 'PX', ARGV[2])
return ''
