-- Ends tickets.
-- Uses: keys, clock, tickets, pools, events, ended, counts, live-matches, backfilling
-- Offers: terminate, forget_backfill, with_rules, finish, time_out
-- Gives a ticket its terminal status. It leaves when it is on record and has been read for long enough. `ending`: its lines.
local function terminate(ticket, status, reason, message, ending)
  ticket.status, ticket.revision = status, ticket.revision + 1
  end_with(ticket, ending)
  save_ticket(ticket)
  note_ended(ticket, reason, message)
end

-- A backfill ticket has ended: its match has none now.
local function forget_backfill(ticket)
  if backfill_of(ticket.fills) == ticket.id then redis.call('HDEL', live_key(ticket.fills), 'backfill') end
  redis.call('DEL', members_key(ticket.id))
end

-- Adds to an event's detail how often each rule passed and failed in the pool's latest pass.
local function with_rules(detail, pool)
  local rules = pool and redis.call('GET', rules_key(pool))
  return detail:sub(1, -2) .. ',"ruleEvaluationMetrics":' .. (rules or '[]') .. '}'
end

-- A live match may need a backfill ticket: its own has ended, or one by which a player of it looked elsewhere.
local function tend_matches_of(ticket)
  if ticket.fills then return tend(ticket.fills) end
  for _, member in ipairs(members_of(ticket)) do
    local match = match_of(member.playerId)
    if match then tend(match) end
  end
end

-- Ends a ticket that no match was decided for: out of its pool if it was searching, with the event that says so.
local function finish(ticket, status, event, reason, message)
  if ticket.status == 'SEARCHING' then leave_pool(ticket) end
  terminate(ticket, status, reason, message, ending_lines(redis_time(), reason, message, ''))
  if ticket.fills then forget_backfill(ticket) end
  tend_matches_of(ticket)
  count(ticket.configuration, status, 1)
  local detail = '{"tickets":[' .. ticket_view(ticket.id, ticket.start, ticket.roster) .. '],"reason":' ..
    cjson.encode(reason) .. ',"message":' .. cjson.encode(message) ..
    (ticket.match and ',"matchId":' .. cjson.encode(ticket.match) or '') .. '}'
  emit(event, ticket.configuration, event == 'MatchmakingFailed' and detail or with_rules(detail, ticket.pool),
    ticket.pool)
end

local function time_out(ticket)
  finish(ticket, 'TIMED_OUT', 'MatchmakingTimedOut', 'TimedOut', 'Removed from matchmaking due to timing out.')
end
