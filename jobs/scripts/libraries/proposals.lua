-- Matches whose players are asked whether they accept.
-- Uses: keys, clock, tickets, searching, endings, due, events
-- Offers: proposal_detail, forget_proposal, drop_proposal, cancel
-- The tickets of a proposal as events show them: players with their team, and with their answer once they gave one.
-- `tickets` is the JSON list that the worker proposed.
local function proposal_detail(match, tickets)
  local list = cjson.decode(tickets)
  for _, ticket in ipairs(list) do
    for _, player in ipairs(ticket.players) do
      local answer = redis.call('HGET', proposal_key(match), 'answer:' .. player.playerId)
      if answer then player.accepted = answer == 'ACCEPT' end
    end
  end
  return list
end

local function forget_proposal(match)
  redis.call('DEL', proposal_key(match))
  redis.call('ZREM', proposals_key(), match)
end

-- Drops a proposal. Who ended it is CANCELLED: after a rejection the tickets with a player who rejected, after its time
-- those with one who gave no answer too. The others search again with their age. With `spared` nobody of the proposal is to
-- blame, so all tickets search again. The ticket `leaving` is left to the caller.
-- Returns the proposal's pool, nil when there is no such proposal.
local function drop_proposal(match, acceptance, spared, leaving)
  local f = redis.call('HMGET', proposal_key(match), 'tickets', 'pool', 'configuration')
  if not f[1] then return nil end
  local list = proposal_detail(match, f[1])
  emit('AcceptMatchCompleted', f[3], cjson.encode({ matchId = match, acceptance = acceptance, tickets = list }), f[2])
  forget_proposal(match)
  for _, member in ipairs(list) do
    local ticket = read_ticket(member.ticketId)
    if ticket and ticket.id ~= leaving and ticket.status == 'REQUIRES_ACCEPTANCE' and ticket.match == match then
      local to_blame = false
      -- Players of a running match are not asked: they go on playing.
      if not ticket.fills and not spared then
        for _, player in ipairs(member.players) do
          to_blame = to_blame or player.accepted == false or (acceptance == 'TimedOut' and not player.accepted)
        end
      end
      if to_blame then
        finish(ticket, 'CANCELLED', 'MatchmakingCancelled', 'Cancelled', 'A player did not accept the match.')
      elseif ticket.deadline <= fleet_time() then
        time_out(ticket)
      else
        end_with(ticket, ending_lines('', 'AcceptanceFailed', '', ''))
        search(ticket, ticket.pool)
      end
    end
  end
  make_due(f[2], fleet_time())
  return f[2]
end

-- Cancels an undecided ticket, and drops the proposal it may be in. Returns the proposal's pool, nil where there was none.
local function cancel(ticket, message)
  local proposed = ticket.status == 'REQUIRES_ACCEPTANCE'
  local pool = proposed and drop_proposal(ticket.match, 'Rejected', true, ticket.id) or nil
  finish(ticket, 'CANCELLED', 'MatchmakingCancelled', 'Cancelled', message)
  return pool
end
