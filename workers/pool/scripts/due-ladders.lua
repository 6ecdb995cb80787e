-- Ladders whose raters are to be woken: their wake-up was lost, or their rater died. Each is given to one caller, and is due
-- again later, should that caller die.
-- Uses: arguments, keys, numbers, clock
-- Flags: allow-oom
-- KEYS[1] hash tag
-- ARGV    most ladders, ms until one is due again
-- Returns list of ladders
local most, patience = next_text(), next_number()
local due = redis.call('ZRANGEBYSCORE', ladders_key(), '-inf', whole(fleet_time()), 'LIMIT', 0, most)
for _, ladder in ipairs(due) do redis.call('ZADD', ladders_key(), whole(fleet_time() + patience), ladder) end
return due
