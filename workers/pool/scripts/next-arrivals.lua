-- Forgets a ladder's arrivals that are on record or refused, and reads on from the first that is left.
-- Uses: arguments, keys, numbers, clock
-- Flags: allow-oom
-- KEYS[1] hash tag
-- ARGV    ladder, most arrivals, ms until the rater is woken again should this one die, 1 when it rests where nothing is left
--         (else 0), ids to forget
-- Returns list of arrivals, as XRANGE gives them
local ladder, most, patience, rests = next_text(), next_text(), next_number(), next_text() == '1'
local gone = next_list()
-- By their ids: after a failover others may stand before those that were read.
if #gone > 0 then redis.call('XDEL', arrivals_key(ladder), unpack(gone)) end
local entries = redis.call('XRANGE', arrivals_key(ladder), '-', '+', 'COUNT', most)
if rests and #entries == 0 then
  redis.call('ZREM', ladders_key(), ladder)
else
  redis.call('ZADD', ladders_key(), whole(fleet_time() + patience), ladder)
end
return entries
