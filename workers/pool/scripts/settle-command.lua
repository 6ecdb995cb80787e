-- Gives this store the effect of a command that the record has decided on, and tells the verdict. A worker that others have
-- overtaken changes nothing: it is not at the chain's position any more, or somebody else writes the record back.
-- Uses: arguments, keys, clock, due
-- Flags: allow-oom
-- KEYS[1] hash tag
-- ARGV    chain, position before it, position after it (empty: it stays), who writes the record back (empty: nobody), command id
--         (empty: nobody waits), verdict (JSON), effect: pause | resume | remove (empty: none), configuration, since when it
--         is paused in Redis time or the version that removes it
-- Returns one of
--   1  done
--   0  overtaken; nothing changed
local DAY_SECONDS = 86400
local chain, from, to, restorer = next_text(), next_text(), next_text(), next_text()
local id, verdict, effect, name, detail = next_text(), next_text(), next_text(), next_text(), next_text()
local at = commands_applied_key(chain)
local applied = redis.call('HMGET', at, 'position', 'restoring')
if (applied[2] or '') ~= restorer then return 0 end
if restorer == '' and (applied[1] or '0-0') ~= from then return 0 end

local configuration = configuration_key(name)
if effect == 'pause' then
  redis.call('HSET', configuration, 'paused', detail)
elseif effect == 'resume' then
  if redis.call('HDEL', configuration, 'paused') == 1 then make_pools_due(name, fleet_time()) end
elseif effect == 'remove' then
  redis.call('DEL', configuration)
  redis.call('HSET', configuration, 'removed', detail)
  redis.call('HDEL', topics_key(), name)
  redis.call('SREM', configurations_key(), name)
  make_pools_due(name, fleet_time())
end
if id ~= '' then redis.call('SET', command_key(id), verdict, 'EX', DAY_SECONDS) end
if to ~= '' then
  redis.call('HSET', at, 'position', to)
  redis.call('HDEL', at, 'restoring')
end
return 1
