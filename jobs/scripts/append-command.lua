-- Appends an operator's command to its chain, unless it was appended before.
-- Uses: arguments, keys, chain
-- Flags: allow-oom
-- KEYS[1] hash tag, e.g. {main.matchmaking}
-- ARGV    chain, command id, envelope (JSON)
-- Returns one of
--   waiting    it waits to be applied, from now on or since before
--   applying   a worker is applying it
--   withdrawn  its caller gave it up before it was applied
--   <verdict>  it was applied; the verdict (JSON)
--   full       too many commands of the chain wait; nothing was appended
local MOST_WAITING = 100
-- More than may wait: what has been applied is kept in case the record loses it.
local KEPT = 200
local DAY_SECONDS = 86400
local chain, id, envelope = next_text(), next_text(), next_text()
local state = redis.call('GET', command_key(id))
if state then return state end
local head = redis.call('GET', commands_head_key(chain)) or NO_ID
local applied = redis.call('HGET', commands_applied_key(chain), 'position') or NO_ID
if id_number(head) - id_number(applied) >= MOST_WAITING then return 'full' end
append(commands_key(chain), commands_head_key(chain), { { n = 1, 'id', id, 'command', envelope } }, KEPT)
-- Clean-up: the record knows the command for good.
redis.call('SET', command_key(id), 'waiting', 'EX', DAY_SECONDS)
return 'waiting'
