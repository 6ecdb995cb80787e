-- Backfill tickets: each searches for company for the players of one running match.
-- Uses: keys, tickets, searching, endings, proposals
-- Offers: drop_from_backfill, enter_backfill
local REPLACED = 'Superseded by a newer backfill ticket of the same match.'

-- Takes a player out of an undecided backfill ticket: they left the match, or have a newer ticket. A proposal with the
-- ticket is dropped, since its teams are not what was proposed. Returns whether the ticket changed.
local function drop_from_backfill(id, player_id)
  redis.call('HDEL', player_key(player_id), 'backfill')
  if redis.call('HEXISTS', members_key(id), player_id) == 0 then return false end
  local ticket = read_ticket(id)
  if ticket and ticket.status == 'REQUIRES_ACCEPTANCE' then
    drop_proposal(ticket.match, 'Rejected', true)
    ticket = read_ticket(id)
  end
  if not ticket or not undecided(ticket.status) then return false end
  redis.call('HDEL', members_key(id), player_id)
  local roster, players = {}, {}
  for _, member in ipairs(cjson.decode(ticket.roster)) do
    if member.playerId ~= player_id then
      roster[#roster + 1] = member
      -- As they were given: decoding and encoding would round numbers and lose empty lists.
      players[#players + 1] = redis.call('HGET', members_key(id), member.playerId)
    end
  end
  if #roster == 0 then
    cancel(ticket, 'Every player of it has left the match.')
    return true
  end
  ticket.roster = cjson.encode(roster)
  redis.call('HSET', ticket_key(id), 'roster', ticket.roster)
  wait_in(ticket, ticket.pool, ticket.deadline, '[' .. table.concat(players, ',') .. ']')
  return true
end

-- Whether a player is still in a running match, as far as tickets tell. `over`: an earlier ticket of theirs whose match
-- the caller knows to be over.
local function still_in(player_id, match, over)
  local own = redis.call('HMGET', player_key(player_id), 'ticket', 'match')
  if not own[1] then return true end
  local newest = redis.call('HMGET', ticket_key(own[1]), 'status', 'match')
  if not newest[1] then return true end
  if newest[1] == 'PLACING' or undecided(newest[1]) then return false end
  return newest[1] ~= 'COMPLETED' or (own[2] or newest[2]) == match or own[1] == over
end

-- Ends the backfill ticket where another of its match goes first, and the match's older one where it does not.
-- Returns superseded | placing, the ticket being terminal; nil where it may enter.
local function replace_older(ticket)
  local current = redis.call('HGET', backfills_key(), ticket.fills)
  local other = current and read_ticket(current)
  if not other then return nil end
  if other.status == 'PLACING' then
    finish(ticket, 'FAILED', 'MatchmakingFailed', 'BackfillBeingPlaced',
      'Ticket ' .. other.id .. ' has found players for this match, who are being placed.')
    return 'placing'
  end
  if not undecided(other.status) then return nil end
  if other.sequence > ticket.sequence then
    cancel(ticket, REPLACED)
    return 'superseded'
  end
  cancel(other, REPLACED)
end

-- Lets a QUEUED backfill ticket search for company for the players who are still in its match. A newer ticket of the
-- match replaces an older one. `members`: a list of { id, team, player (JSON), over (as above) }; `timeout` in ms.
-- Returns entered | superseded | placing | empty, the ticket being terminal in all but the first.
local function enter_backfill(ticket, pool, timeout, members)
  local stays_out = replace_older(ticket)
  if stays_out then return stays_out end
  local roster, players = {}, {}
  for _, member in ipairs(members) do
    if still_in(member.id, ticket.fills, member.over) then
      roster[#roster + 1] = { playerId = member.id, team = member.team }
      players[#players + 1] = member.player
      redis.call('HSET', members_key(ticket.id), member.id, member.player)
    end
  end
  if #roster == 0 then
    cancel(ticket, 'No player of it is in the match any more.')
    return 'empty'
  end
  for _, member in ipairs(roster) do
    redis.call('HSET', player_key(member.playerId), 'backfill', ticket.id)
    redis.call('PERSIST', player_key(member.playerId))
  end
  ticket.roster = cjson.encode(roster)
  redis.call('HSET', ticket_key(ticket.id), 'roster', ticket.roster)
  redis.call('HSET', backfills_key(), ticket.fills, ticket.id)
  redis.call('ZREM', reservations_key(), ticket.id)
  search(ticket, pool, ticket.since + timeout, '[' .. table.concat(players, ',') .. ']')
  return 'entered'
end
