-- Put before every script of `scripts/`: what several of them do to the backfill ticket of a running match.

-- Takes a player out of the backfill ticket that lists them, as long as it is not decided: they left the match, or have
-- a newer ticket. A proposal with it is dropped, since its teams are not what was proposed. Returns whether it changed.
local function drop_from_backfill(id, player_id, time)
  redis.call('HDEL', key('player', player_id), 'backfill')
  if redis.call('HEXISTS', key('members', id), player_id) == 0 then return false end
  local ticket = read_ticket(id)
  if ticket and ticket.status == 'REQUIRES_ACCEPTANCE' then
    drop_proposal(ticket.match, 'Rejected', true, time)
    ticket = read_ticket(id)
  end
  if not ticket or not undecided(ticket.status) then return false end
  redis.call('HDEL', key('members', id), player_id)
  local roster, players = {}, {}
  for _, member in ipairs(cjson.decode(ticket.roster)) do
    if member.playerId ~= player_id then
      roster[#roster + 1] = member
      -- As they were given: decoding and encoding would round numbers and lose empty lists.
      players[#players + 1] = redis.call('HGET', key('members', id), member.playerId)
    end
  end
  if #roster == 0 then
    cancel(ticket, 'Every player of it has left the match.', time)
    return true
  end
  ticket.roster = cjson.encode(roster)
  redis.call('HSET', key('ticket', id), 'roster', ticket.roster)
  wait_in(ticket, ticket.pool, ticket.deadline, '[' .. table.concat(players, ',') .. ']', time)
  return true
end

-- Whether a player is still in a running match, as far as tickets tell. `over`: an earlier ticket of theirs whose match
-- the caller knows to be over.
local function still_in(player_id, match, over)
  local own = redis.call('HMGET', key('player', player_id), 'ticket', 'match')
  if not own[1] then return true end
  local newest = redis.call('HMGET', key('ticket', own[1]), 'status', 'match')
  if not newest[1] then return true end
  if newest[1] == 'PLACING' or undecided(newest[1]) then return false end
  return newest[1] ~= 'COMPLETED' or (own[2] or newest[2]) == match or own[1] == over
end

-- Lets a QUEUED backfill ticket search for company for the players who are still in its match. `members`: per player
-- { id, team, player (JSON), over as above }. A newer ticket of the match replaces an older one.
-- Returns entered | superseded | placing | empty, the ticket being terminal in all but the first
local function enter_backfill(ticket, pool, timeout, members, time)
  local REPLACED = 'Superseded by a newer backfill ticket of the same match.'
  local current = redis.call('HGET', key('backfills'), ticket.fills)
  local other = current and read_ticket(current)
  if other and other.status == 'PLACING' then
    finish(ticket, 'FAILED', 'MatchmakingFailed', 'BackfillBeingPlaced',
      'Ticket ' .. other.id .. ' has found players for this match, who are being placed.', time)
    return 'placing'
  end
  if other and undecided(other.status) then
    if other.seq > ticket.seq then
      cancel(ticket, REPLACED, time)
      return 'superseded'
    end
    cancel(other, REPLACED, time)
  end
  local roster, players = {}, {}
  for _, member in ipairs(members) do
    if still_in(member[1], ticket.fills, member[4]) then
      roster[#roster + 1] = { playerId = member[1], team = member[2] }
      players[#players + 1] = member[3]
      redis.call('HSET', key('members', ticket.id), member[1], member[3])
    end
  end
  if #roster == 0 then
    cancel(ticket, 'No player of it is in the match any more.', time)
    return 'empty'
  end
  for _, member in ipairs(roster) do
    redis.call('HSET', key('player', member.playerId), 'backfill', ticket.id)
    redis.call('EXPIRE', key('player', member.playerId), PLAYER_SECONDS)
  end
  ticket.roster = cjson.encode(roster)
  redis.call('HSET', key('ticket', ticket.id), 'roster', ticket.roster)
  redis.call('HSET', key('backfills'), ticket.fills, ticket.id)
  redis.call('ZREM', key('reservations'), ticket.id)
  search(ticket, pool, tonumber(ticket.start) + tonumber(timeout), '[' .. table.concat(players, ',') .. ']', time)
  return 'entered'
end

-- Reads { automatic backfill ticket id or empty, pool, timeout in ms, number of players n, n times: player id, team,
-- player (JSON) } from ARGV at `i` on. Returns it, nil where there is none, and the place after it.
local function read_automatic(i)
  if ARGV[i] == '' then return nil, i + 1 end
  local wanted = { id = ARGV[i], pool = ARGV[i + 1], timeout = ARGV[i + 2], members = {} }
  local after = i + 4 + 3 * tonumber(ARGV[i + 3])
  for m = i + 4, after - 1, 3 do
    wanted.members[#wanted.members + 1] = { ARGV[m], ARGV[m + 1], ARGV[m + 2] }
  end
  return wanted, after
end

-- AUTOMATIC gives this match no backfill ticket any more.
local function end_automatic(match)
  redis.call('SET', key('automatic-off', match), '1', 'EX', PLAYER_SECONDS)
end

-- Opens the backfill ticket that AUTOMATIC gives a match with open slots; it exists at most once. Returns whether there
-- is one.
local function open_automatic(wanted, match, configuration, time)
  if redis.call('EXISTS', key('automatic-off', match)) == 1 then return false end
  if redis.call('EXISTS', key('ticket', wanted.id)) == 1 then return true end
  local roster = {}
  for _, member in ipairs(wanted.members) do roster[#roster + 1] = { playerId = member[1], team = member[2] } end
  redis.call('HSET', key('ticket', wanted.id), 'status', 'QUEUED', 'configuration', configuration,
    'start', string.format('%d', time), 'seq', string.format('%d', redis.call('INCR', key('sequence'))),
    'revision', '1', 'size', '0', 'fills', match, 'automatic', '1', 'roster', cjson.encode(roster), 'players', '[]',
    'actor', '{"kind":"service","name":"fleet"}')
  enter_backfill(read_ticket(wanted.id), wanted.pool, wanted.timeout, wanted.members, time)
  return true
end
