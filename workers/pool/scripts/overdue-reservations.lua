-- Reservations whose ticket has not entered a pool for a while: their start job is late, lost or dead. Those whose request
-- timeout is over time out here.
-- KEYS[1] hash tag
-- ARGV    age in ms, most wanted, ms until one is looked at again
-- Returns { how many timed out, flat list of: ticket id, start job id, the match it fills (backfill tickets) or empty }
local time = read_clock()

local timeouts = {}
local function timeout_of(configuration)
  if timeouts[configuration] == nil then
    local body = redis.call('HGET', key('configuration', configuration), 'body')
    timeouts[configuration] = body and cjson.decode(body).configuration.requestTimeoutSeconds * 1000 or math.huge
  end
  return timeouts[configuration]
end

local ids = redis.call('ZRANGEBYSCORE', key('reservations'), '-inf', string.format('%d', time - tonumber(ARGV[1])), 'LIMIT', 0, ARGV[2])
local found, timed_out = {}, 0
for _, id in ipairs(ids) do
  local ticket = read_ticket(id)
  if not ticket then
    redis.call('ZREM', key('reservations'), id)
  elseif tonumber(ticket.start) + timeout_of(ticket.configuration) <= time then
    time_out(ticket, time)
    timed_out = timed_out + 1
  else
    redis.call('ZADD', key('reservations'), 'XX', string.format('%d', time - tonumber(ARGV[1]) + tonumber(ARGV[3])), id)
    found[#found + 1] = id
    found[#found + 1] = redis.call('HGET', key('ticket', id), 'job')
    found[#found + 1] = ticket.fills or ''
  end
end
return { timed_out, found }
