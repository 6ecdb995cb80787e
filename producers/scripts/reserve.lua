-- Reserves tickets: from here on each exists, is QUEUED, and is newer than every ticket reserved before it.
-- Uses: arguments, keys, numbers, clock, tickets, lag, events
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
local job = next_text()

-- Workers note the lag of a configuration (`check_lag`); it passes when they no longer do.
local noted = {}
local function behind(configuration)
  if noted[configuration] == nil then noted[configuration] = lag_refused(configuration) or false end
  return noted[configuration]
end

-- The player of a party who is being placed by an earlier ticket; nil when nobody is.
local function who_is_placed(members)
  for _, member in ipairs(members) do
    local newest = redis.call('HGET', player_key(member.playerId), 'ticket')
    if newest and redis.call('HGET', ticket_key(newest), 'status') == 'PLACING' then return member.playerId end
  end
end

-- The one event of a ticket that was stopped before it began.
local function emit_cancelled(wanted, start)
  emit('MatchmakingCancelled', wanted.configuration, '{"tickets":[' .. ticket_view(wanted.id, start, wanted.roster) ..
    '],"reason":"Cancelled","message":"Cancelled by request.","ruleEvaluationMetrics":[]}')
end

local function reserve(wanted)
  local ticket = ticket_key(wanted.id)
  local status, call, there_sequence, there_start, stop_mark =
    unpack(redis.call('HMGET', ticket, 'status', 'call', 'seq', 'start', 'stop-mark'))
  if status and call == wanted.call then return { 'reserved', there_sequence, there_start } end
  if status and not stop_mark then return { 'taken:' .. status } end
  if redis.call('EXISTS', configuration_key(wanted.configuration)) == 0 then return { 'unknown-configuration' } end
  local is_party = wanted.fills == ''
  -- A backfill ticket is always taken: it takes tickets out of a pool.
  local lag = is_party and not stop_mark and behind(wanted.configuration)
  if lag then return { 'behind:' .. lag } end
  local members = cjson.decode(wanted.roster)
  local placed = is_party and who_is_placed(members)
  if placed then return { 'placing:' .. placed } end

  local sequence, start = whole(redis.call('INCR', sequence_key())), whole(redis_time())
  redis.call('HSET', ticket, 'configuration', wanted.configuration, 'players', wanted.players, 'roster', wanted.roster,
    'actor', wanted.actor, 'call', wanted.call, 'job', job, 'seq', sequence, 'start', start, 'since', whole(fleet_time()),
    'revision', '1', 'status', status or 'QUEUED', 'size', is_party and whole(#members) or '0')
  if not is_party then redis.call('HSET', ticket, 'fills', wanted.fills) end
  if wanted.trace ~= '' then redis.call('HSET', ticket, 'trace', wanted.trace) end
  if not stop_mark then
    redis.call('ZADD', reservations_key(), whole(fleet_time()), wanted.id)
    return { 'reserved', sequence, start }
  end
  -- The mark says for how long (s) an ended ticket is readable.
  redis.call('EXPIRE', ticket, stop_mark)
  redis.call('HDEL', ticket, 'stop-mark')
  emit_cancelled(wanted, start)
  return { 'stopped', sequence, start }
end

local results = {}
while has_more() do
  results[#results + 1] = reserve({ id = next_text(), configuration = next_text(), players = next_text(),
    roster = next_text(), actor = next_text(), call = next_text(), fills = next_text(), trace = next_text() })
end
return results
