-- What a mirror needs for its next cycle: the time, the installed version, and the changes since its position.
-- KEYS[1] hash tag
-- ARGV    pool, configuration, position (number of the last change seen), most changes wanted
-- Returns { time, number of the latest change, installed version or 0, changes as XRANGE gives them }
local pool = ARGV[1]
local latest = redis.call('GET', key('changed', pool)) or '0'
local changes = {}
if latest ~= ARGV[3] then
  changes = redis.call('XRANGE', key('changes', pool), '(' .. ARGV[3] .. '-0', '+', 'COUNT', ARGV[4])
end
return { string.format('%d', read_clock()), latest, redis.call('HGET', key('configuration', ARGV[2]), 'version') or '0', changes }
