-- The backfill ticket that AUTOMATIC gives a running match with open slots.
-- Uses: keys, numbers, arguments, clock, tickets, backfills
-- Offers: next_automatic, is_automatic_off, end_automatic, open_automatic
-- Reads from the arguments: ticket id (empty: none), and where there is one its pool, timeout in ms, number of players m,
-- m times: player id, team, player (JSON). Returns it, nil where there is none.
local function next_automatic()
  local id = next_text()
  if id == '' then return nil end
  local wanted = { id = id, pool = next_text(), timeout = next_number(), members = {} }
  for i = 1, next_number() do wanted.members[i] = { id = next_text(), team = next_text(), player = next_text() } end
  return wanted
end

-- How long (ms) it is known of a match that AUTOMATIC gives it no backfill ticket: two days.
local OFF_KNOWN_MS = 172800000

local function is_automatic_off(match)
  return redis.call('ZSCORE', automatic_off_key(), match) ~= false
end

-- From now on AUTOMATIC gives this match no backfill ticket.
local function end_automatic(match)
  redis.call('ZREMRANGEBYSCORE', automatic_off_key(), '-inf', whole(fleet_time() - OFF_KNOWN_MS))
  redis.call('ZADD', automatic_off_key(), whole(fleet_time()), match)
end

-- Opens a match's ticket; it exists at most once. Returns whether there is one.
local function open_automatic(wanted, match, configuration)
  if is_automatic_off(match) then return false end
  if redis.call('EXISTS', ticket_key(wanted.id)) == 1 then return true end
  local roster = {}
  for i, member in ipairs(wanted.members) do roster[i] = { playerId = member.id, team = member.team } end
  redis.call('HSET', ticket_key(wanted.id), 'status', 'QUEUED', 'configuration', configuration,
    'start', whole(redis_time()), 'since', whole(fleet_time()), 'seq', whole(redis.call('INCR', sequence_key())),
    'revision', '1', 'size', '0', 'fills', match, 'automatic', '1', 'roster', cjson.encode(roster), 'players', '[]',
    'actor', '{"kind":"service","name":"fleet"}')
  enter_backfill(read_ticket(wanted.id), wanted.pool, wanted.timeout, wanted.members)
  return true
end
