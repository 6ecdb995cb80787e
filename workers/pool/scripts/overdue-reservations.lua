-- Backfill tickets that have not entered a pool for a while: their start job is late, lost or dead. Those whose request
-- timeout is over time out here.
-- Uses: arguments, keys, numbers, clock, tickets, endings
-- Flags: allow-oom
-- KEYS[1] hash tag
-- ARGV    age in ms, most wanted, ms until one is looked at again
-- Returns { how many timed out, flat list of: ticket id, start job id, revision }
local age, most, patience = next_number(), next_text(), next_number()
local now = fleet_time()

local timeouts = {}
local function timeout_of(configuration)
  if timeouts[configuration] == nil then
    local body = redis.call('HGET', configuration_key(configuration), 'body')
    timeouts[configuration] = body and cjson.decode(body).configuration.requestTimeoutSeconds * 1000 or math.huge
  end
  return timeouts[configuration]
end

local found, timed_out = {}, 0
for _, id in ipairs(redis.call('ZRANGEBYSCORE', reservations_key(), '-inf', whole(now - age), 'LIMIT', 0, most)) do
  local ticket = read_ticket(id)
  if not ticket then
    redis.call('ZREM', reservations_key(), id)
  elseif ticket.since + timeout_of(ticket.configuration) <= now then
    time_out(ticket)
    timed_out = timed_out + 1
  else
    redis.call('ZADD', reservations_key(), 'XX', whole(now - age + patience), id)
    found[#found + 1] = id
    found[#found + 1] = redis.call('HGET', ticket_key(id), 'job')
    found[#found + 1] = ticket.revision
  end
end
return { timed_out, found }
