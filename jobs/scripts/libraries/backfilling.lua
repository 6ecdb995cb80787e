-- How backfill tickets come to be: somebody asks for one, or AUTOMATIC gives one to a live match with open places.
-- Uses: keys, numbers, clock, run, lines, tickets, players, live-matches, searching
-- Offers: looks_elsewhere, open_backfill, end_automatic, tend
-- Whether a player of a live match has asked for another one since.
local function looks_elsewhere(player_id)
  local newest = read_player(player_id).ticket
  local ticket = newest and read_ticket(newest)
  return ticket and undecided(ticket.status) or false
end

-- A ticket that looks for company for players of a live match, and searches. `members`: a list of { id, team, player (JSON) }.
-- `wanted`: id, match, configuration, pool, timeout in ms, actor (JSON), sequence, automatic ('1', or empty), and where somebody
-- asked call, trace and unrated, each possibly empty.
local function open_backfill(wanted, members)
  local roster, players, seats = {}, {}, {}
  for i, member in ipairs(members) do
    roster[i] = { playerId = member.id, team = member.team }
    players[i] = member.player
    seats[2 * i - 1], seats[2 * i] = member.id, member.player
  end
  redis.call('HSET', members_key(wanted.id), unpack(seats))
  redis.call('HSET', live_key(wanted.match), 'backfill', wanted.id)
  local lines = in_lines({ whole(redis_time()), whole(fleet_time() + wanted.timeout), wanted.id, wanted.configuration,
    wanted.automatic or '', wanted.unrated or '', wanted.trace or '', '', wanted.actor, cjson.encode(roster),
    '[' .. table.concat(players, ',') .. ']' })
  search(new_ticket(wanted.id, wanted.configuration, wanted.call or false, wanted.sequence, whole(fleet_time()), 0,
    wanted.match, lines), wanted.pool)
end

-- From now on AUTOMATIC gives this match, and those that go on from it, no backfill ticket.
local function end_automatic(match)
  if redis.call('EXISTS', live_key(match)) == 1 then redis.call('HSET', live_key(match), 'quiet', '1') end
end

-- An id that no ticket has: clients choose theirs, and one that looks like ours suppresses nothing.
local function automatic_id(match)
  local id = 'backfill-' .. match
  local opened = redis.call('HINCRBY', live_key(match), 'opened', 1)
  if opened > 1 then id = id .. '-' .. opened end
  return read_ticket(id) and automatic_id(match) or id
end

local function open_automatic(match, facts, players)
  local members = {}
  for _, player in ipairs(players) do
    if not looks_elsewhere(player.id) then
      members[#members + 1] = { id = player.id, team = cjson.decode(player.player).team, player = player.player }
    end
  end
  if #members == 0 then return end
  open_backfill({ id = automatic_id(match), match = match, configuration = facts.configuration, pool = facts.pool,
    timeout = facts.timeout, actor = '{"kind":"service","name":"fleet"}', automatic = '1',
    sequence = redis.call('INCR', sequence_key()) }, members)
end

-- A match that is being placed is looked after when it is settled. So is one that goes on as another, while that is placed.
local function look_after(match)
  local configuration, pool, most, timeout, backfill, successor, quiet, left = unpack(redis.call('HMGET', live_key(match),
    'configuration', 'pool', 'most', 'timeout', 'backfill', 'next', 'quiet', 'left'))
  if not configuration or successor or not (most or left) or redis.call('HEXISTS', outbox_key(), match) == 1 then return end
  local players = players_in(match)
  if #players == 0 then return forget_live(match) end
  if not most or quiet or backfill or #players >= tonumber(most) then return end
  open_automatic(match, { configuration = configuration, pool = pool, timeout = tonumber(timeout) }, players)
end

local tended = {}

local function look_after_all()
  for _, match in ipairs(tended) do look_after(match) end
end

-- What a live match needs is seen when the script has done all else: a match that nobody is in is forgotten, and where
-- AUTOMATIC says so one with open places and no backfill ticket gets one.
local function tend(match)
  if #tended == 0 then before_end(look_after_all) end
  tended[#tended + 1] = match
end
