-- Starts tickets: each searches from here on, and the older tickets of its players are cancelled. Who is in a running
-- match leaves its backfill ticket, which goes on without them.
-- Uses: arguments, keys, numbers, clock, tickets, players, searching, proposals, backfills, lag, counts
-- KEYS[1] hash tag
-- ARGV    per ticket: ticket id, configuration, its version, pool, request timeout in ms, players (JSON), roster (JSON
--         [{"playerId"}]), actor (JSON), call id (the same when a connection repeats this script), trace header or empty, ms
--         that tickets like it have waited lately (empty: unknown), 1 when its players' ratings have to be read first (else
--         empty), number of players n, n player ids
-- Returns { pools, verdicts }: the pools to wake, and per ticket { verdict, sequence, start in ms }, where verdict is one of
--   searching              (also when this very call started it before); the others come without sequence and start
--   taken:<STATUS>         the ticket id was used before; nothing changed
--   unknown-configuration  nothing changed
--   outdated               that is not the version in force; nothing changed
--   behind:<lag>           matchmaking is so far behind, in ms, that no more tickets of the configuration are taken
--   placing:<player>       that player is being placed by an earlier ticket; nothing changed
local SUPERSEDED = 'Superseded by a newer ticket of the same player.'

local wanted = {}
while has_more() do
  local ticket = { id = next_text(), configuration = next_text(), version = next_text(), pool = next_text(),
    timeout = next_number(), players = next_text(), roster = next_text(), actor = next_text(), call = next_text(),
    trace = next_text(), estimate = next_text(), unrated = next_text() }
  ticket.members = next_list(next_number())
  wanted[#wanted + 1] = ticket
end

-- Three commands read all that there is to know.
local ids, members, older = {}, {}, {}
for i, ticket in ipairs(wanted) do
  ids[i] = ticket.id
  for _, player_id in ipairs(ticket.members) do members[#members + 1] = player_id end
end
read_tickets(ids)
read_players(members)
for _, player_id in ipairs(members) do older[#older + 1] = read_player(player_id).ticket end
read_tickets(older)

-- By configuration: its version, false where there is none; by how much it is behind, false where it takes tickets.
local versions, lags = {}, {}
-- By pool how many started, and whether to wake it; by configuration how many started.
local arrived, woken, started = {}, {}, {}

local function why_not(ticket)
  local name = ticket.configuration
  if versions[name] == nil then
    versions[name] = redis.call('HGET', configuration_key(name), 'version')
    -- Workers note the lag of a configuration (`check_lag`).
    lags[name] = lag_refused(name) or false
  end
  if not versions[name] then return 'unknown-configuration' end
  if versions[name] ~= ticket.version then return 'outdated' end
  if lags[name] then return 'behind:' .. lags[name] end
  for _, player_id in ipairs(ticket.members) do
    local id = read_player(player_id).ticket
    local newest = id and read_ticket(id)
    if newest and newest.status == 'PLACING' then return 'placing:' .. player_id end
  end
end

-- The first write: a full store refuses it, and would let a first one pass that frees, and with it all that follow.
local last_sequence
local function next_sequence()
  last_sequence = last_sequence and last_sequence + 1 or redis.call('INCRBY', sequence_key(), #wanted) - #wanted + 1
  return last_sequence
end

-- The players leave what they have asked for before.
local function supersede(ticket)
  for _, player_id in ipairs(ticket.members) do
    local player = read_player(player_id)
    local newest = player.ticket and read_ticket(player.ticket)
    local proposed_in = newest and undecided(newest.status) and cancel(newest, SUPERSEDED)
    if proposed_in then woken[proposed_in] = true end
    if player.playing then drop_from_backfill(player.playing, player_id) end
    player.ticket = ticket.id
    save_player(player)
  end
end

local function start(ticket)
  local there = read_ticket(ticket.id)
  if there and there.call == ticket.call then return { 'searching', whole(there.sequence), there.start } end
  if there then return { 'taken:' .. there.status } end
  local refusal = why_not(ticket)
  if refusal then return { refusal } end

  local sequence, pool = next_sequence(), ticket.pool
  supersede(ticket)
  if not arrived[pool] and is_at_rest(pool) then woken[pool] = true end
  arrived[pool] = (arrived[pool] or 0) + 1
  started[ticket.configuration] = (started[ticket.configuration] or 0) + 1
  local now = fleet_time()
  search(new_ticket({ id = ticket.id, configuration = ticket.configuration, roster = ticket.roster, players = ticket.players,
    actor = ticket.actor, call = ticket.call, sequence = sequence, start = whole(redis_time()), since = now,
    deadline = now + ticket.timeout, revision = 0, size = #ticket.members, trace = ticket.trace, estimate = ticket.estimate,
    unrated = ticket.unrated }), pool)
  return { 'searching', whole(sequence), whole(redis_time()) }
end

local verdicts = {}
for i, ticket in ipairs(wanted) do verdicts[i] = start(ticket) end
for pool, n in pairs(arrived) do redis.call('HINCRBY', arrived_key(), pool, n) end
for configuration, n in pairs(started) do count(configuration, 'started', n) end
local pools = {}
for pool in pairs(woken) do pools[#pools + 1] = pool end
return { pools, verdicts }
