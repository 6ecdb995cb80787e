-- Notes that a worker begins to apply a command: its caller cannot withdraw it any more. A verdict that another worker has
-- told meanwhile stays.
-- Uses: arguments, keys, numbers, clock
-- Flags: allow-oom
-- KEYS[1] hash tag
-- ARGV    command id
-- Returns { state, Redis time in ms }, state one of
--   applying   it is to be applied
--   withdrawn  it is not: its caller has withdrawn it
local DAY_SECONDS = 86400
local id = next_text()
local state = redis.call('GET', command_key(id)) or 'waiting'
if state == 'waiting' then redis.call('SET', command_key(id), 'applying', 'EX', DAY_SECONDS) end
return { state == 'withdrawn' and state or 'applying', whole(redis_time()) }
