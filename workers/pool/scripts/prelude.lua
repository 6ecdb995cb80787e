-- Put before every script of this folder: names, time, and the three things several scripts do to a ticket.
-- KEYS[1] is always the domain's hash tag, e.g. {main.matchmaking}; every key built here carries it.
local tag = KEYS[1]

local function key(name, id)
  if id then return tag .. ':' .. name .. ':' .. id end
  return tag .. ':' .. name
end

-- Redis time in ms that never goes backwards, also over a failover to a node whose clock is behind.
local function read_clock()
  local t = redis.call('TIME')
  local ms = tonumber(t[1]) * 1000 + math.floor(tonumber(t[2]) / 1000)
  local seen = tonumber(redis.call('GET', key('clock')) or '0')
  if ms <= seen then return seen end
  redis.call('SET', key('clock'), string.format('%d', ms))
  return ms
end

local CHANGES_KEPT = 20000
local EVENTS_KEPT = 200000
-- A day and an hour: terminal tickets and stop marks outlive every retry of a job that could still name them.
local TERMINAL_SECONDS = 90000

-- Tells mirrors of a pool what changed; entry ids are consecutive numbers, so a reader sees a gap.
local function note_change(pool, ...)
  local n = redis.call('HINCRBY', key('changed'), pool, 1)
  redis.call('XADD', key('changes', pool), 'MAXLEN', '~', CHANGES_KEPT, string.format('%d-0', n), ...)
end

-- Events are numbered without a gap, so that a reader knows when trimming has overtaken it.
local function emit(type, time, configuration, detail)
  local n = redis.call('INCR', key('event-number'))
  redis.call('XADD', key('events'), 'MAXLEN', '~', EVENTS_KEPT, string.format('%d-0', n),
    'type', type, 'time', string.format('%d', time), 'configuration', configuration, 'detail', detail)
end

-- A ticket as events show it.
local function ticket_view(id, start, roster)
  return '{"ticketId":' .. cjson.encode(id) .. ',"startTime":' .. start .. ',"players":' .. roster .. '}'
end

-- Takes a ticket to a terminal status, out of its pool if it was searching, with the event that says so.
-- `ticket` = {status, configuration, start, roster, pool} as read before.
local function finish(id, ticket, status, event, reason, message, time)
  if ticket.status == 'SEARCHING' then
    redis.call('ZREM', key('pool', ticket.pool), id)
    note_change(ticket.pool, 'left', id)
  end
  redis.call('ZREM', key('reservations'), id)
  redis.call('HSET', key('ticket', id), 'status', status, 'end', string.format('%d', time),
    'reason', reason, 'message', message)
  redis.call('HINCRBY', key('ticket', id), 'revision', 1)
  redis.call('EXPIRE', key('ticket', id), TERMINAL_SECONDS)
  emit(event, time, ticket.configuration, '{"tickets":[' .. ticket_view(id, ticket.start, ticket.roster) ..
    '],"reason":' .. cjson.encode(reason) .. ',"message":' .. cjson.encode(message) .. '}')
end

local function read_ticket(id)
  local f = redis.call('HMGET', key('ticket', id),
    'status', 'configuration', 'start', 'roster', 'pool', 'seq', 'revision', 'match', 'deadline')
  if not f[1] then return nil end
  return { status = f[1], configuration = f[2], start = f[3], roster = f[4], pool = f[5],
    seq = tonumber(f[6]), revision = f[7], match = f[8], deadline = f[9] and tonumber(f[9]) }
end
