-- Backfill tickets: each searches for company for the players of one live match.
-- Uses: keys, tickets, live-matches, searching, proposals
-- Offers: drop_from_backfill
-- Takes a player out of the undecided backfill ticket of a live match: they left the match, or have a newer ticket. A
-- proposal with the ticket is dropped, since its teams are not what was proposed.
local function drop_from_backfill(match, player_id)
  local id = backfill_of(match)
  if not id or redis.call('HEXISTS', members_key(id), player_id) == 0 then return end
  local ticket = read_ticket(id)
  if ticket and ticket.status == 'REQUIRES_ACCEPTANCE' then
    drop_proposal(ticket.match, 'Rejected', true)
    ticket = read_ticket(id)
  end
  if not ticket or not undecided(ticket.status) then return end
  redis.call('HDEL', members_key(id), player_id)
  local roster, players = {}, {}
  for _, member in ipairs(members_of(ticket)) do
    if member.playerId ~= player_id then
      roster[#roster + 1] = member
      -- As they were given: decoding and encoding would round numbers and lose empty lists.
      players[#players + 1] = redis.call('HGET', members_key(id), member.playerId)
    end
  end
  if #roster == 0 then
    cancel(ticket, 'Every player of it has left the match.')
    return
  end
  ticket.roster, ticket.members = cjson.encode(roster), roster
  ticket.players = '[' .. table.concat(players, ',') .. ']'
  wait_in(ticket, ticket.pool)
end
