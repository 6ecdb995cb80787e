-- Notes where a decided match is played, or that it cannot be. The first note stands.
-- KEYS[1] hash tag
-- ARGV    match id, outcome (JSON)
-- Returns one of
--   <outcome>  the one that stands
--   (empty)    the match was settled before; nothing is noted
if redis.call('HEXISTS', key('outbox'), ARGV[1]) == 0 then return '' end
redis.call('HSETNX', key('outbox-placement'), ARGV[1], ARGV[2])
return redis.call('HGET', key('outbox-placement'), ARGV[1])
