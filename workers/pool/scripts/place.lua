-- Notes where a decided match is played, or that it cannot be. The first note stands.
-- Uses: arguments, keys
-- Flags: allow-oom
-- KEYS[1] hash tag
-- ARGV    match id, outcome (JSON)
-- Returns one of
--   <outcome>  the one that stands
--   (empty)    the match was settled before; nothing is noted
local match, outcome = next_text(), next_text()
if redis.call('HEXISTS', outbox_key(), match) == 0 then return '' end
redis.call('HSETNX', outbox_placement_key(), match, outcome)
return redis.call('HGET', outbox_placement_key(), match)
