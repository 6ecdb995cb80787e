-- What a mirror needs for its next cycle: the time, the installed version, whether an operator paused it, how
-- many questions about its tickets wait, and the changes since its position.
-- KEYS[1] hash tag
-- ARGV    pool, configuration, position (number of the last change seen), most changes wanted, 1 when a cycle begins (else 0),
--         1 when it has the whole pool (else 0); both empty: for no cycle
-- Returns { time, number of the latest change, installed version or 0, ms since when the configuration is paused (empty:
--         it is not), number of questions, changes as XRANGE gives them }
local pool, time = ARGV[1], read_clock()
local latest = redis.call('GET', key('changed', pool)) or '0'
local changes = {}
if latest ~= ARGV[3] then
  changes = redis.call('XRANGE', key('changes', pool), '(' .. ARGV[3] .. '-0', '+', 'COUNT', ARGV[4])
end
local installed = redis.call('HMGET', key('configuration', ARGV[2]), 'version', 'paused')
if ARGV[5] ~= '' then
  note_cycle(pool, ARGV[5], ARGV[6], time)
  check_lag(pool, ARGV[2], time)
end
return { string.format('%d', time), latest, installed[1] or '0', installed[2] or '',
  redis.call('LLEN', key('questions', pool)), changes }
