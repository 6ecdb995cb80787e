-- Ends tickets.
-- Uses: keys, numbers, tickets, pools, events, counts
-- Offers: terminate, forget_backfill, with_rules, finish, time_out
-- A day and an hour, unless workers were told otherwise.
local READABLE_SECONDS = '90000'

local readable

-- How long (s) an ended ticket can be read.
local function readable_seconds()
  readable = readable or redis.call('GET', readable_key()) or READABLE_SECONDS
  return readable
end

-- Gives a ticket its terminal status. Ended tickets dominate Redis memory, so they keep only fields that somebody may
-- read, and the call id, by which a repeated reservation knows its ticket again.
local function terminate(id, status, reason, message, time)
  redis.call('HSET', ticket_key(id), 'status', status, 'end', whole(time), 'reason', reason, 'message', message)
  redis.call('HDEL', ticket_key(id), 'actor', 'deadline', 'estimate', 'job', 'pool', 'revision', 'size', 'trace')
  redis.call('EXPIRE', ticket_key(id), readable_seconds())
end

-- A backfill ticket has ended: its match has none now.
local function forget_backfill(ticket)
  if redis.call('HGET', backfills_key(), ticket.fills) == ticket.id then
    redis.call('HDEL', backfills_key(), ticket.fills)
  end
  redis.call('DEL', members_key(ticket.id))
end

-- Adds to an event's detail how often each rule passed and failed in the pool's latest pass.
local function with_rules(detail, pool)
  local rules = pool and redis.call('GET', rules_key(pool))
  return detail:sub(1, -2) .. ',"ruleEvaluationMetrics":' .. (rules or '[]') .. '}'
end

-- Ends a ticket that no match was decided for: out of its pool if it was searching, with the event that says so.
local function finish(ticket, status, event, reason, message, time)
  local id = ticket.id
  if ticket.status == 'SEARCHING' then leave_pool(ticket.pool, ticket.configuration, id, ticket.size) end
  redis.call('ZREM', reservations_key(), id)
  terminate(id, status, reason, message, time)
  if ticket.fills then forget_backfill(ticket) end
  count(ticket.configuration, status, 1)
  local detail = '{"tickets":[' .. ticket_view(id, ticket.start, ticket.roster) .. '],"reason":' ..
    cjson.encode(reason) .. ',"message":' .. cjson.encode(message) ..
    (ticket.match and ',"matchId":' .. cjson.encode(ticket.match) or '') .. '}'
  emit(event, time, ticket.configuration, event == 'MatchmakingFailed' and detail or with_rules(detail, ticket.pool),
    ticket.pool)
end

local function time_out(ticket, time)
  finish(ticket, 'TIMED_OUT', 'MatchmakingTimedOut', 'TimedOut', 'Removed from matchmaking due to timing out.', time)
end
