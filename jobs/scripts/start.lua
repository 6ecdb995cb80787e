-- Starts tickets: each searches from here on, and the older tickets of its players are cancelled. Who is in a running
-- match leaves its backfill ticket, which goes on without them.
-- Uses: arguments, keys, numbers, clock, tickets, comparing, players, searching, proposals, backfills, lag, counts
-- Rarely: cancel, drop_from_backfill
-- KEYS[1] hash tag
-- ARGV    number of kinds k, k times: configuration, its version, pool, request timeout in ms; then per ticket: its kind (the
--         first is 1), ticket id, call id (the same when a connection repeats this script), its lines from `id` on (see
--         jobs/ticket/stored-ticket.ts), the detail of its event (JSON, without the start time), number of players n, n
--         player ids
-- Returns { pools, verdicts }: the pools to wake, and per ticket { verdict, sequence, start in ms }, where verdict is one of
--   searching              (also when this very call started it before); the others come without sequence and start
--   taken:<STATUS>         the ticket id was used before; nothing changed
--   unknown-configuration  nothing changed
--   outdated               that is not the version in force; nothing changed
--   behind:<lag>           matchmaking is so far behind, in ms, that no more tickets of the configuration are taken
--   placing:<player>       that player is being placed by an earlier ticket; nothing changed
--   uncompared             the record may know another end of an earlier ticket of its players; nothing changed
local SUPERSEDED = 'Superseded by a newer ticket of the same player.'

local kinds, wanted = {}, {}
for i = 1, next_number() do
  local configuration, version, pool, timeout = next_texts(4)
  kinds[i] = { configuration = configuration, version = version, pool = pool, timeout = tonumber(timeout), arrived = 0 }
end
while has_more() do
  local kind, id, call, lines, detail, size = next_texts(6)
  size = tonumber(size)
  wanted[#wanted + 1] = { kind = kinds[tonumber(kind)], id = id, call = call, lines = lines, detail = detail, size = size,
    members = size == 1 and { next_text() } or next_list(size) }
end

-- Three commands read all that there is to know.
local ids, members, older = {}, {}, {}
for i, ticket in ipairs(wanted) do
  ids[i] = ticket.id
  for _, player_id in ipairs(ticket.members) do members[#members + 1] = player_id end
end
read_tickets(ids)
for _, player in ipairs(read_players(members)) do older[#older + 1] = player.ticket or nil end
read_tickets(older)

-- Why tickets of a kind are refused, false where they are not. Workers note the lag of a configuration (`check_lag`).
local function why_not(kind)
  local version = redis.call('HGET', configuration_key(kind.configuration), 'version')
  if not version then return 'unknown-configuration' end
  if version ~= kind.version then return 'outdated' end
  local lag = lag_refused(kind.configuration)
  return lag and 'behind:' .. lag or false
end

-- Why an earlier ticket of its players keeps a ticket from starting; nil where none does.
local function kept_by_earlier(ticket)
  for _, player_id in ipairs(ticket.members) do
    local id = read_player(player_id).ticket
    local newest = id and read_ticket(id)
    if newest and newest.status == 'PLACING' then return 'placing:' .. player_id end
    if newest and undecided(newest.status) and must_wait(newest) then return 'uncompared' end
  end
end

-- The first write: a full store refuses it, and would let a first one pass that frees, and with it all that follow.
local last_sequence
local function next_sequence()
  last_sequence = last_sequence and last_sequence + 1 or redis.call('INCRBY', sequence_key(), #wanted) - #wanted + 1
  return last_sequence
end

-- Whether to wake each of these pools.
local woken = {}

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

local now, start_time = whole(fleet_time()), whole(redis_time())
for _, kind in ipairs(kinds) do kind.deadline = whole(fleet_time() + kind.timeout) end

local function start(ticket)
  local kind, there = ticket.kind, read_ticket(ticket.id)
  if there and there.call == ticket.call then return { 'searching', whole(there.sequence), there.start } end
  if there then return { 'taken:' .. there.status } end
  if kind.refusal == nil then kind.refusal = why_not(kind) end
  if kind.refusal then return { kind.refusal } end
  local kept = kept_by_earlier(ticket)
  if kept then return { kept } end

  local sequence = whole(next_sequence())
  supersede(ticket)
  kind.arrived = kind.arrived + 1
  local lines = start_time .. '\n' .. kind.deadline .. '\n' .. ticket.lines
  search(new_ticket(ticket.id, kind.configuration, ticket.call, sequence, now, ticket.size, false, lines), kind.pool,
    ticket.detail)
  return { 'searching', sequence, start_time }
end

local verdicts = {}
for i, ticket in ipairs(wanted) do verdicts[i] = start(ticket) end
for _, kind in ipairs(kinds) do
  if kind.arrived > 0 then
    if is_at_rest(kind.pool) then woken[kind.pool] = true end
    redis.call('HINCRBY', arrived_key(), kind.pool, kind.arrived)
    count(kind.configuration, 'started', kind.arrived)
  end
end
local pools = {}
for pool in pairs(woken) do pools[#pools + 1] = pool end
return { pools, verdicts }
