-- Starts tickets: each searches from here on, and the older tickets of its players are cancelled. Who is in a running
-- match leaves its backfill ticket, which goes on without them.
-- Uses: arguments, keys, numbers, clock, tickets, searching, proposals, backfills, lag, counts
-- KEYS[1] hash tag
-- ARGV    per ticket: ticket id, configuration, its version, pool, request timeout in ms, players (JSON), roster (JSON
--         [{"playerId"}]), actor (JSON), call id (the same when a connection repeats this script), trace header or empty, ms
--         that tickets like it have waited lately (empty: unknown), 1 when its players' ratings have to be read first (else
--         empty)
-- Returns { pools, verdicts }: the pools to wake, and per ticket { verdict, sequence, start in ms }, where verdict is one of
--   searching              (also when this very call started it before); the others come without sequence and start
--   taken:<STATUS>         the ticket id was used before; nothing changed
--   unknown-configuration  nothing changed
--   outdated               that is not the version in force; nothing changed
--   behind:<lag>           matchmaking is so far behind, in ms, that no more tickets of the configuration are taken
--   placing:<player>       that player is being placed by an earlier ticket; nothing changed
local SUPERSEDED = 'Superseded by a newer ticket of the same player.'
-- Pools to wake, as keys; by configuration how many started.
local woken, started = {}, {}

local function why_not(wanted, members)
  local version = redis.call('HGET', configuration_key(wanted.configuration), 'version')
  if not version then return 'unknown-configuration' end
  if version ~= wanted.version then return 'outdated' end
  -- Workers note the lag of a configuration (`check_lag`).
  local lag = lag_refused(wanted.configuration)
  if lag then return 'behind:' .. lag end
  for _, member in ipairs(members) do
    local newest = redis.call('HGET', player_key(member.playerId), 'ticket')
    if newest and redis.call('HGET', ticket_key(newest), 'status') == 'PLACING' then return 'placing:' .. member.playerId end
  end
end

-- The players leave what they have asked for before.
local function supersede(members)
  for _, member in ipairs(members) do
    local player = player_key(member.playerId)
    local newest, backfill = unpack(redis.call('HMGET', player, 'ticket', 'backfill'))
    local older = newest and read_ticket(newest)
    local proposed_in = older and undecided(older.status) and cancel(older, SUPERSEDED)
    if proposed_in then woken[proposed_in] = true end
    redis.call('HDEL', player, 'match')
    if backfill then drop_from_backfill(backfill, member.playerId) end
  end
end

local function start(wanted)
  local status, call, there_sequence, there_start =
    unpack(redis.call('HMGET', ticket_key(wanted.id), 'status', 'call', 'seq', 'start'))
  if status and call == wanted.call then return { 'searching', there_sequence, there_start } end
  if status then return { 'taken:' .. status } end
  local members = cjson.decode(wanted.roster)
  local refusal = why_not(wanted, members)
  if refusal then return { refusal } end

  -- The first write: a full store refuses it, and would let a first one pass that frees, and with it all that follow.
  local sequence, start = whole(redis.call('INCR', sequence_key())), whole(redis_time())
  supersede(members)
  redis.call('HSET', ticket_key(wanted.id), 'configuration', wanted.configuration, 'roster', wanted.roster,
    'actor', wanted.actor, 'call', wanted.call, 'seq', sequence, 'start', start, 'since', whole(fleet_time()), 'revision', '0',
    'status', 'SEARCHING', 'size', whole(#members))
  if wanted.trace ~= '' then redis.call('HSET', ticket_key(wanted.id), 'trace', wanted.trace) end
  if wanted.estimate ~= '' then redis.call('HSET', ticket_key(wanted.id), 'estimate', wanted.estimate) end
  if wanted.unrated ~= '' then redis.call('HSET', ticket_key(wanted.id), 'unrated', wanted.unrated) end
  for _, member in ipairs(members) do
    redis.call('HSET', player_key(member.playerId), 'ticket', wanted.id)
    redis.call('PERSIST', player_key(member.playerId))
  end
  if is_at_rest(wanted.pool) then woken[wanted.pool] = true end
  redis.call('HINCRBY', arrived_key(), wanted.pool, 1)
  started[wanted.configuration] = (started[wanted.configuration] or 0) + 1
  search(read_ticket(wanted.id), wanted.pool, fleet_time() + wanted.timeout, wanted.players)
  return { 'searching', sequence, start }
end

local verdicts = {}
while has_more() do
  verdicts[#verdicts + 1] = start({ id = next_text(), configuration = next_text(), version = next_text(),
    pool = next_text(), timeout = next_number(), players = next_text(), roster = next_text(), actor = next_text(),
    call = next_text(), trace = next_text(), estimate = next_text(), unrated = next_text() })
end
for configuration, n in pairs(started) do count(configuration, 'started', n) end
local pools = {}
for pool in pairs(woken) do pools[#pools + 1] = pool end
return { pools, verdicts }
