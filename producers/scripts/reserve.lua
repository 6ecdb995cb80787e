-- Reserves tickets: from here on each exists, is QUEUED, and is newer than every ticket reserved before it.
-- KEYS[1] hash tag, e.g. {main.matchmaking}
-- ARGV    start job id, then per ticket: ticket id, configuration, players (JSON), roster (JSON [{"playerId"}]),
--         actor (JSON), call id (the same when a connection repeats this script), for a backfill ticket the match it
--         fills, else empty, trace header or empty
-- Returns per ticket { verdict, sequence, start in ms }, the last two only where it exists; verdict one of
--   reserved               (also when this very call reserved it before)
--   stopped                a stop came first: the ticket exists and is CANCELLED
--   taken:<STATUS>         the ticket id was used before
--   unknown-configuration
--   behind:<lag>           matchmaking is so far behind, in ms, that no more tickets of the configuration are taken
--   placing:<player>       that player is being placed by an earlier ticket
local tag = KEYS[1]

local function key(name, id)
  if id then return tag .. ':' .. name .. ':' .. id end
  return tag .. ':' .. name
end

local t = redis.call('TIME')
local time = tonumber(t[1]) * 1000 + math.floor(tonumber(t[2]) / 1000)
local seen = tonumber(redis.call('GET', key('clock')) or '0')
if time > seen then redis.call('SET', key('clock'), string.format('%d', time)) else time = seen end

-- The one event of a ticket that was stopped before it began, written as `write_events` of the workers'
-- `pool/prelude/collect.lua` writes events.
local function emit_cancelled(id, configuration, start, roster)
  local detail = '{"tickets":[{"ticketId":' .. cjson.encode(id) .. ',"startTime":' .. start .. ',"players":' .. roster ..
    '}],"reason":"Cancelled","message":"Cancelled by request.","ruleEvaluationMetrics":[]}'
  local entry = { 'type', 'MatchmakingCancelled', 'time', start, 'configuration', configuration, 'detail', detail,
    'bytes', string.format('%d', redis.call('INCRBY', key('event-bytes'), #detail + 200)) }
  local custom = redis.call('HGET', key('configuration', configuration), 'custom-event-data')
  if custom then
    entry[#entry + 1] = 'custom'
    entry[#entry + 1] = custom
  end
  redis.call('XADD', key('events'), string.format('%d-0', redis.call('INCR', key('event-number'))), unpack(entry))
end

-- Workers note it (`workers/pool/prelude/lag.lua`), and it passes when they no longer do.
local noted = {}
local function behind(configuration)
  if noted[configuration] == nil then noted[configuration] = redis.call('GET', key('behind', configuration)) end
  return noted[configuration]
end

local function reserve(job, id, configuration, players, roster, actor, call, fills, trace)
  local ticket = key('ticket', id)
  local there = redis.call('HMGET', ticket, 'status', 'call', 'seq', 'start', 'stop-mark')
  if there[1] and there[2] == call then return { 'reserved', there[3], there[4] } end
  if there[1] and not there[5] then return { 'taken:' .. there[1] } end
  if redis.call('EXISTS', key('configuration', configuration)) == 0 then return { 'unknown-configuration' } end
  -- A backfill ticket takes tickets out of a pool.
  local lag = fills == '' and not there[5] and behind(configuration)
  if lag then return { 'behind:' .. lag } end
  local members = cjson.decode(roster)
  for _, member in ipairs(fills == '' and members or {}) do
    local newest = redis.call('HGET', key('player', member.playerId), 'ticket')
    if newest and redis.call('HGET', key('ticket', newest), 'status') == 'PLACING' then
      return { 'placing:' .. member.playerId }
    end
  end
  local seq = string.format('%d', redis.call('INCR', key('sequence')))
  local start = string.format('%d', time)
  local fields = { 'configuration', configuration, 'players', players, 'roster', roster, 'actor', actor, 'call', call,
    'job', job, 'seq', seq, 'start', start, 'revision', '1', 'status', there[1] or 'QUEUED',
    'size', fills == '' and string.format('%d', #members) or '0' }
  for name, value in pairs({ fills = fills, trace = trace }) do
    if value ~= '' then
      fields[#fields + 1] = name
      fields[#fields + 1] = value
    end
  end
  redis.call('HSET', ticket, unpack(fields))
  if there[5] then
    -- The mark says for how long (s) an ended ticket is readable.
    redis.call('EXPIRE', ticket, there[5])
    redis.call('HDEL', ticket, 'stop-mark')
    emit_cancelled(id, configuration, start, roster)
    return { 'stopped', seq, start }
  end
  redis.call('ZADD', key('reservations'), start, id)
  return { 'reserved', seq, start }
end

local results = {}
for i = 2, #ARGV, 8 do
  results[#results + 1] = reserve(ARGV[1], ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3], ARGV[i + 4], ARGV[i + 5],
    ARGV[i + 6], ARGV[i + 7])
end
return results
