-- Says when a pool needs a cycle again, unless something changed since the worker looked: the pool, the version of its
-- configuration, or whether that is paused.
-- Uses: arguments, keys, clock, chain, due, lag
-- Flags: allow-oom
-- KEYS[1] hash tag
-- ARGV    pool, id of the last change the worker saw, fleet time when time alone changes something (empty: never),
--         configuration, version the worker saw, since when it was paused then (empty: it was not), 1 when it
--         could not decide all it formed (else 0)
-- Returns one of
--   1  the pool rests
--   0  there are newer changes: the pool is due at once
local pool, position, next_change = next_text(), next_text(), next_text()
local configuration, version, paused, short = next_text(), next_text(), next_text(), next_text() == '1'
if short then note_short(pool) end
local installed = redis.call('HMGET', configuration_key(configuration), 'version', 'paused')
local same = (installed[1] or '0') == version and (installed[2] or '') == paused
if not same or (redis.call('GET', changes_head_key(pool)) or NO_ID) ~= position then
  make_due(pool, fleet_time())
  return 0
end
if not short then note_rest(pool, configuration) end
if next_change == '' then
  redis.call('ZREM', due_key(), pool)
else
  redis.call('ZADD', due_key(), next_change, pool)
end
return 1
