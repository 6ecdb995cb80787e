-- Decides matches: each takes all of its tickets or none, and goes to the outbox in the same step. Where players are
-- asked first, it becomes a proposal instead.
-- Uses: arguments, keys, numbers, clock, tickets, comparing, players, pools, membership, outbox, lag, events, counts
-- Rarely: leave_match
-- KEYS[1] hash tag
-- ARGV    pool, most outbox entries, ms until an unconfirmed match is handed over again, ms players have to accept
--         (empty: they are not asked), where AUTOMATIC finds them company: most players, timeout of a backfill ticket in ms
--         (else both empty), then per match: match id, start-match job id, outbox entry (JSON), event detail (JSON), its
--         tickets as events show them (JSON; empty where players are not asked), number of tickets n, n times: ticket id,
--         revision the worker formed the match from; number of players who join it m, m times: player id, player (JSON, or
--         empty where nobody finds it company)
-- Returns { fleet time, per match one of }
--   1   committed, or proposed
--   2   it was so before; nothing changed
--   0   a ticket has changed since; nothing changed
--   -1  the outbox is full; nothing changed
--   -2  an operator paused the configuration meanwhile; nothing changed
--   -3  the store has not been compared with the record yet; nothing changed
local pool, most_pending, patience, answer_ms = next_text(), next_number(), next_number(), next_number()
local most, timeout = next_texts(2)
local now = fleet_time()
local pending = redis.call('HLEN', outbox_key())
local configuration = string.match(pool, '^[^/]+')
local paused = redis.call('HEXISTS', configuration_key(configuration), 'paused') == 1
local status = answer_ms and 'REQUIRES_ACCEPTANCE' or 'PLACING'

local wanted, ids, player_ids = {}, {}, {}
while has_more() do
  local id, job, entry, detail, proposed = next_texts(5)
  local match = { id = id, job = job, entry = entry, detail = detail, proposed = proposed, tickets = {}, revisions = {},
    players = {} }
  for i = 1, next_number() do
    match.tickets[i], match.revisions[i] = next_text(), next_number()
    ids[#ids + 1] = match.tickets[i]
  end
  for i = 1, next_number() do
    match.players[i] = { id = next_text(), player = next_text() }
    player_ids[#player_ids + 1] = match.players[i].id
  end
  wanted[#wanted + 1] = match
end
read_tickets(ids)
if not answer_ms then read_players(player_ids) end

-- The tickets as they are now; nil when one is not what the worker saw. A ticket that a match of this call has taken is
-- another already.
local function unchanged(match)
  local found = read_tickets(match.tickets)
  for i, ticket in ipairs(found) do
    if not ticket or ticket.status ~= 'SEARCHING' or ticket.revision ~= match.revisions[i] or ticket.pool ~= pool then
      return nil
    end
  end
  return found
end

-- The outbox entry with the calls that asked for its tickets: by those the record tells a ticket whose id comes again.
local function with_calls(entry, tickets)
  local calls = {}
  for i, ticket in ipairs(tickets) do calls[i] = ticket.call or '' end
  return entry:sub(1, -2) .. ',"calls":' .. cjson.encode(calls) .. '}'
end

local function take(ticket, match)
  leave_pool(ticket)
  ticket.status, ticket.match, ticket.revision = status, match, ticket.revision + 1
  save_ticket(ticket)
end

local function propose(match, entry)
  redis.call('HSET', proposal_key(match.id), 'entry', entry, 'job', match.job, 'pool', pool, 'tickets', match.proposed,
    'configuration', configuration, 'seats', cjson.encode(match.players), 'most', most, 'timeout', timeout)
  redis.call('ZADD', proposals_key(), whole(now + answer_ms), match.id)
end

local function decide(match, entry, tickets)
  local fills, since = nil, {}
  for _, ticket in ipairs(tickets) do
    fills = fills or ticket.fills or nil
    -- Backfill tickets (size 0) are not counted: their players play, and do not wait.
    if ticket.size > 0 then since[#since + 1] = ticket.since end
  end
  entry = board(match.id, { configuration = configuration, pool = pool, most = most, timeout = timeout, fills = fills },
    match.players, entry)
  to_outbox(match.id, match.job, entry, patience)
  pending = pending + 1
  count_match(configuration, since)
end

-- A connection that lost the answer runs the script again, and so may a job that runs twice.
local function was_decided(match)
  if answer_ms and redis.call('EXISTS', proposal_key(match.id)) == 1 then return true end
  local ticket = read_ticket(match.tickets[1])
  return ticket ~= nil and ticket.match == match.id and redis.call('HEXISTS', outbox_key(), match.id) == 1
end

local function commit(match)
  if was_decided(match) then return 2 end
  if is_uncompared() then return -3 end
  if paused then return -2 end
  if pending >= most_pending then return -1 end
  local tickets = unchanged(match)
  if not tickets then return 0 end
  local entry = with_calls(match.entry, tickets)
  for _, ticket in ipairs(tickets) do take(ticket, match.id) end
  if answer_ms then propose(match, entry) else decide(match, entry, tickets) end
  emit('PotentialMatchCreated', configuration, match.detail, pool)
  return 1
end

local results = { whole(now) }
for i, match in ipairs(wanted) do results[i + 1] = commit(match) end
check_lag(pool, configuration)
return results
