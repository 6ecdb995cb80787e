-- Reserves a backfill ticket: from here on it exists, is QUEUED, and is newer than every ticket reserved before it.
-- Uses: arguments, keys, numbers, clock
-- KEYS[1] hash tag
-- ARGV    start job id, ticket id, configuration, players (JSON), roster (JSON [{"playerId", "team"}]), actor (JSON), call id
--         (the same when a connection repeats this script), the match it fills, trace header or empty
-- Returns { verdict, sequence, start in ms }, the last two only where it exists; verdict one of
--   reserved               (also when this very call reserved it before)
--   taken:<STATUS>         the ticket id was used before
--   unknown-configuration
local job, id, configuration, players, roster = next_text(), next_text(), next_text(), next_text(), next_text()
local actor, call, fills, trace = next_text(), next_text(), next_text(), next_text()
local ticket = ticket_key(id)
local status, there_call, there_sequence, there_start = unpack(redis.call('HMGET', ticket, 'status', 'call', 'seq', 'start'))
if status and there_call == call then return { 'reserved', there_sequence, there_start } end
if status then return { 'taken:' .. status } end
if redis.call('EXISTS', configuration_key(configuration)) == 0 then return { 'unknown-configuration' } end
local sequence, start = whole(redis.call('INCR', sequence_key())), whole(redis_time())
redis.call('HSET', ticket, 'configuration', configuration, 'players', players, 'roster', roster, 'actor', actor,
  'call', call, 'job', job, 'seq', sequence, 'start', start, 'since', whole(fleet_time()), 'revision', '1', 'status', 'QUEUED',
  'size', '0', 'fills', fills)
if trace ~= '' then redis.call('HSET', ticket, 'trace', trace) end
redis.call('ZADD', reservations_key(), whole(fleet_time()), id)
return { 'reserved', sequence, start }
