-- Lets a cycle of a pool begin, unless the last one began too recently, whichever worker ran it.
-- Uses: arguments, keys, numbers, clock
-- Flags: allow-oom
-- KEYS[1] hash tag
-- ARGV    pool, ms from one cycle's beginning to the next, at least
-- Returns one of
--   (empty)  it begins now
--   <ms>     too early: from when on it may, in fleet time
local CLEAN_UP_MS = 86400000
local pool, interval = next_text(), next_number()
local began = cycle_key(pool)
local now = fleet_time()
local next_from = tonumber(redis.call('GET', began) or '0') + interval
if next_from > now then return whole(next_from) end
-- Expiry is clean-up: it comes a day after this time has lost its meaning. An interval that was lengthened meanwhile
-- holds from the next cycle on.
redis.call('SET', began, whole(now), 'PX', whole(interval + CLEAN_UP_MS))
return ''
