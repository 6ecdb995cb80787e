-- Takes back an operator's command that no worker has begun to apply.
-- Uses: arguments, keys
-- Flags: allow-oom
-- KEYS[1] hash tag, e.g. {main.matchmaking}
-- ARGV    command id
-- Returns one of
--   withdrawn  it will not be applied
--   applying   a worker is applying it, or this store has lost it; nothing changed
--   <verdict>  it was applied; the verdict (JSON)
local id = next_text()
local state = redis.call('GET', command_key(id)) or 'applying'
if state ~= 'waiting' then return state end
redis.call('SET', command_key(id), 'withdrawn', 'KEEPTTL')
return 'withdrawn'
