-- Reservations whose ticket has not entered a pool for a while: their start job is late, lost or dead.
-- KEYS[1] hash tag
-- ARGV    age in ms, most wanted, ms until one is looked at again
-- Returns flat list of: ticket id, start job id, the match it fills (backfill tickets) or empty
local time = read_clock()
local ids = redis.call('ZRANGEBYSCORE', key('reservations'), '-inf', string.format('%d', time - tonumber(ARGV[1])), 'LIMIT', 0, ARGV[2])
local found = {}
for _, id in ipairs(ids) do
  redis.call('ZADD', key('reservations'), 'XX', string.format('%d', time - tonumber(ARGV[1]) + tonumber(ARGV[3])), id)
  local f = redis.call('HMGET', key('ticket', id), 'job', 'fills')
  if f[1] then
    found[#found + 1] = id
    found[#found + 1] = f[1]
    found[#found + 1] = f[2] or ''
  else
    redis.call('ZREM', key('reservations'), id)
  end
end
return found
