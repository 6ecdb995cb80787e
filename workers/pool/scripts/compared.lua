-- Notes that this store has been compared with the record: cycles go on.
-- Uses: arguments, keys, clock, comparing, due
-- Flags: allow-oom
-- KEYS[1] hash tag
-- ARGV    history of the server when the comparison began
-- Returns one of
--   1  noted; every pool is due
--   0  it has another history by now, and is to be compared again; nothing changed
local compared = next_text()
if compared ~= history() then return 0 end
redis.call('SET', compared_key(), compared)
redis.call('DEL', uncompared_key())
for _, name in ipairs(redis.call('SMEMBERS', configurations_key())) do make_pools_due(name, fleet_time()) end
return 1
