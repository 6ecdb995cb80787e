-- Lets a ticket search in a pool.
-- Uses: keys, numbers, clock, tickets, pools, due, events
-- Offers: wait_in, search
-- Should the wake-up that follows the script be lost, the beat wakes the pool after this long (ms).
local WAKE_UP_MS = 1000

-- Without an event. Mirrors see the ticket's players as `players` (JSON).
local function wait_in(ticket, pool, deadline, players)
  local id = ticket.id
  local sequence = whole(ticket.sequence)
  ticket.revision = next_revision(ticket.revision)
  if ticket.match then redis.call('HDEL', ticket_key(id), 'match') end
  redis.call('HSET', ticket_key(id), 'status', 'SEARCHING', 'pool', pool, 'deadline', whole(deadline),
    'players', players, 'revision', ticket.revision)
  join_pool(pool, ticket.configuration, sequence, id, ticket.size)
  note_entered(pool, id, 'seq', sequence, 'revision', ticket.revision, 'start', ticket.start, 'since', whole(ticket.since),
    'deadline', whole(deadline), 'players', players, 'fills', ticket.fills or '', 'trace', ticket.trace,
    'unrated', ticket.unrated)
  make_due(pool, fleet_time() + WAKE_UP_MS)
end

-- FlexMatch shows the players of a backfill ticket without the teams that they bring.
local function without_teams(roster)
  local names = {}
  for i, member in ipairs(cjson.decode(roster)) do names[i] = '{"playerId":' .. cjson.encode(member.playerId) .. '}' end
  return '[' .. table.concat(names, ',') .. ']'
end

-- The first time, or again with its age kept.
local function search(ticket, pool, deadline, players)
  wait_in(ticket, pool, deadline, players)
  local roster = ticket.fills and without_teams(ticket.roster) or ticket.roster
  emit('MatchmakingSearching', ticket.configuration,
    '{"tickets":[' .. ticket_view(ticket.id, ticket.start, roster) .. '],"estimatedWaitMillis":' ..
    (ticket.estimate or '"NOT_AVAILABLE"') .. '}', pool)
end
