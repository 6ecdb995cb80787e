-- Lets a ticket search in a pool.
-- Uses: clock, tickets, pools, due, events
-- Offers: wait_in, search
-- Should the wake-up that follows the script be lost, the beat wakes the pool after this long (ms).
local WAKE_UP_MS = 1000

-- Without an event. The mirrors of the pool get the ticket as it is now.
local function wait_in(ticket, pool)
  if ticket.status ~= 'SEARCHING' or ticket.pool ~= pool then
    ticket.status, ticket.pool, ticket.match = 'SEARCHING', pool, nil
    join_pool(ticket)
  end
  ticket.revision = ticket.revision + 1
  save_ticket(ticket)
  note_entered(ticket)
  make_due(pool, fleet_time() + WAKE_UP_MS)
end

-- FlexMatch shows the players of a backfill ticket without the teams that they bring.
local function without_teams(ticket)
  local names = {}
  for i, member in ipairs(members_of(ticket)) do names[i] = '{"playerId":' .. cjson.encode(member.playerId) .. '}' end
  return '[' .. table.concat(names, ',') .. ']'
end

-- The first time, or again with its age kept.
local function search(ticket, pool)
  wait_in(ticket, pool)
  local roster = ticket.fills and without_teams(ticket) or ticket.roster
  emit('MatchmakingSearching', ticket.configuration,
    '{"tickets":[' .. ticket_view(ticket.id, ticket.start, roster) .. '],"estimatedWaitMillis":' ..
    (ticket.estimate or '"NOT_AVAILABLE"') .. '}', pool)
end
