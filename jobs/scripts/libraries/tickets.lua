-- A ticket as Redis keeps it, and as events show it.
-- Uses: keys, numbers
-- Offers: read_ticket, has_member, undecided, next_revision, ticket_view
-- nil when there is none.
local function read_ticket(id)
  local f = redis.call('HMGET', ticket_key(id), 'status', 'configuration', 'start', 'roster', 'pool', 'seq',
    'revision', 'match', 'deadline', 'players', 'estimate', 'size', 'fills', 'trace', 'automatic', 'since',
    'unrated')
  if not f[1] then return nil end
  return { id = id, status = f[1], configuration = f[2], start = f[3], roster = f[4], pool = f[5],
    sequence = f[6] and tonumber(f[6]), revision = f[7], match = f[8], deadline = f[9] and tonumber(f[9]),
    players = f[10], estimate = f[11], size = tonumber(f[12] or '1'), fills = f[13] or nil, trace = f[14] or '',
    automatic = f[15], since = f[16] and tonumber(f[16]), unrated = f[17] or '' }
end

local function has_member(ticket, player_id)
  for _, member in ipairs(cjson.decode(ticket.roster)) do
    if member.playerId == player_id then return true end
  end
  return false
end

local function undecided(status)
  return status == 'QUEUED' or status == 'SEARCHING' or status == 'REQUIRES_ACCEPTANCE'
end

local function next_revision(revision)
  return whole(tonumber(revision) + 1)
end

-- JSON. `roster` is JSON too.
local function ticket_view(id, start, roster)
  return '{"ticketId":' .. cjson.encode(id) .. ',"startTime":' .. start .. ',"players":' .. roster .. '}'
end
