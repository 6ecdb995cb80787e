-- Lets a ticket search in a pool.
-- Uses: clock, tickets, pools, due, events
-- Offers: wait_in, search
-- Should the wake-up that follows the script be lost, the beat wakes the pool after this long (ms).
local WAKE_UP_MS = 1000

-- Without an event. The mirrors of the pool get the ticket as it is now.
local function wait_in(ticket, pool)
  if ticket.status ~= 'SEARCHING' or ticket.pool ~= pool then
    ticket.status, ticket.pool, ticket.match = 'SEARCHING', pool, false
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

local function searching_detail(ticket)
  local roster = ticket.fills and without_teams(ticket) or ticket.roster
  return '{"tickets":[' .. ticket_view(ticket.id, ticket.start, roster) .. '],"estimatedWaitMillis":' ..
    (ticket.estimate or '"NOT_AVAILABLE"') .. '}'
end

-- The first time, or again with its age kept. `detail`: of the event (JSON), where somebody has it.
local function search(ticket, pool, detail)
  wait_in(ticket, pool)
  emit('MatchmakingSearching', ticket.configuration, detail or searching_detail(ticket), pool)
end
