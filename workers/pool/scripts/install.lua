-- Gives workers and producers their copy of a configuration; an older version never replaces a newer one, nor one
-- that says that the configuration is deleted.
-- Uses: arguments, keys, clock, due, followers
-- Flags: allow-oom
-- KEYS[1] hash tag
-- ARGV    configuration name, version, body (JSON), its ladder, what its events carry, its topic, the topic's follower (each
--         of the last three may be empty)
-- Returns one of
--   1  installed
--   0  the copy there is as new or newer; nothing changed
local name, version, body, ladder, custom_data = next_text(), next_text(), next_text(), next_text(), next_text()
local topic, follower = next_text(), next_text()
local at = configuration_key(name)
local known = redis.call('HMGET', at, 'version', 'removed')
if tonumber(known[1] or known[2] or '0') >= tonumber(version) then return 0 end
redis.call('HDEL', at, 'removed')
redis.call('HSET', at, 'version', version, 'body', body, 'ladder', ladder)
if custom_data == '' then
  redis.call('HDEL', at, 'custom-event-data')
else
  redis.call('HSET', at, 'custom-event-data', custom_data)
end
if topic == '' then
  redis.call('HDEL', topics_key(), name)
else
  redis.call('HSET', topics_key(), name, topic)
  begin_at_latest('events', follower)
end
redis.call('SADD', configurations_key(), name)
make_pools_due(name, fleet_time())
return 1
