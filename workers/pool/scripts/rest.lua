-- Says when a pool needs a cycle again, unless something changed since the worker looked: the pool, the version of its
-- configuration, or whether that is paused.
-- KEYS[1] hash tag
-- ARGV    pool, number of the last change the worker saw, ms when time alone changes something (empty: never),
--         configuration, version the worker saw, since when it was paused then (empty: it was not), 1 when it
--         could not decide all it formed (else 0)
-- Returns one of
--   1  the pool rests
--   0  there are newer changes: the pool is due at once
if ARGV[7] == '1' then note_short(ARGV[1]) end
local installed = redis.call('HMGET', key('configuration', ARGV[4]), 'version', 'paused')
local same = (installed[1] or '0') == ARGV[5] and (installed[2] or '') == ARGV[6]
if not same or (redis.call('GET', key('changed', ARGV[1])) or '0') ~= ARGV[2] then
  redis.call('ZADD', key('due'), 'LT', string.format('%d', read_clock()), ARGV[1])
  return 0
end
if ARGV[7] ~= '1' then note_rest(ARGV[1], ARGV[4]) end
if ARGV[3] == '' then
  redis.call('ZREM', key('due'), ARGV[1])
else
  redis.call('ZADD', key('due'), ARGV[3], ARGV[1])
end
return 1
