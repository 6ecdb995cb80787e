-- Ends tickets.
-- Uses: keys, numbers, clock, tickets, pools, events, counts
-- Offers: terminate, forget_backfill, with_rules, finish, time_out
-- Clean-up: how long a player's newest ticket is known after its end. An older start is retried for 25 h at most.
local PLAYER_SECONDS = 172800

-- A player's tickets have ended, and what is known of them may go; unless the player has a newer one.
local function forget_players(ticket)
  for _, member in ipairs(cjson.decode(ticket.roster)) do
    local player = player_key(member.playerId)
    local newest, backfill = unpack(redis.call('HMGET', player, 'ticket', 'backfill'))
    if newest == ticket.id or backfill == ticket.id then redis.call('EXPIRE', player, PLAYER_SECONDS) end
  end
end

-- A day and an hour, unless workers were told otherwise.
local READABLE_SECONDS = '90000'

local readable

-- How long (s) an ended ticket can be read.
local function readable_seconds()
  readable = readable or redis.call('GET', readable_key()) or READABLE_SECONDS
  return readable
end

-- Gives a ticket its terminal status. Ended tickets dominate Redis memory, so they keep only fields that somebody may
-- read, and the call id, by which a repeated reservation knows its ticket again. Expiry is clean-up: whatever could still
-- name an ended ticket is retried for less long.
local function terminate(ticket, status, reason, message)
  local id = ticket.id
  forget_players(ticket)
  redis.call('HSET', ticket_key(id), 'status', status, 'end', whole(redis_time()), 'reason', reason, 'message', message)
  redis.call('HDEL', ticket_key(id), 'actor', 'deadline', 'estimate', 'job', 'pool', 'revision', 'since', 'size', 'trace')
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
local function finish(ticket, status, event, reason, message)
  local id = ticket.id
  if ticket.status == 'SEARCHING' then leave_pool(ticket.pool, ticket.configuration, id, ticket.size) end
  redis.call('ZREM', reservations_key(), id)
  terminate(ticket, status, reason, message)
  if ticket.fills then forget_backfill(ticket) end
  count(ticket.configuration, status, 1)
  local detail = '{"tickets":[' .. ticket_view(id, ticket.start, ticket.roster) .. '],"reason":' ..
    cjson.encode(reason) .. ',"message":' .. cjson.encode(message) ..
    (ticket.match and ',"matchId":' .. cjson.encode(ticket.match) or '') .. '}'
  emit(event, ticket.configuration, event == 'MatchmakingFailed' and detail or with_rules(detail, ticket.pool),
    ticket.pool)
end

local function time_out(ticket)
  finish(ticket, 'TIMED_OUT', 'MatchmakingTimedOut', 'TimedOut', 'Removed from matchmaking due to timing out.')
end
