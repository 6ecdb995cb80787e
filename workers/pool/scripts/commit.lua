-- Decides matches: each takes all of its tickets or none, and goes to the outbox in the same step. Where players are
-- asked first, it becomes a proposal instead.
-- Uses: arguments, keys, numbers, clock, tickets, pools, outbox, lag, events, counts
-- KEYS[1] hash tag
-- ARGV    pool, most outbox entries, ms until an unconfirmed match is handed over again, ms players have to accept
--         (empty: they are not asked), then per match: match id, start-match job id, outbox entry (JSON), event
--         detail (JSON), its tickets as events show them (JSON), number of tickets n,
--         then n times: ticket id, revision the worker formed the match from
-- Returns { fleet time, per match one of }
--   1   committed, or proposed
--   2   it was so before; nothing changed
--   0   a ticket has changed since; nothing changed
--   -1  the outbox is full; nothing changed
--   -2  an operator paused the configuration meanwhile; nothing changed
local pool, most_pending, patience, answer_ms = next_text(), next_number(), next_number(), next_number()
local now = fleet_time()
local pending = redis.call('HLEN', outbox_key())
local configuration = string.match(pool, '^[^/]+')
local paused = redis.call('HEXISTS', configuration_key(configuration), 'paused') == 1
local status = answer_ms and 'REQUIRES_ACCEPTANCE' or 'PLACING'

-- The tickets as they are now, with the revisions that the worker saw; nil when one has changed since.
local function read_tickets(ids, revisions)
  local tickets = {}
  for i, id in ipairs(ids) do
    local status_now, revision, pool_now, since, size, call =
      unpack(redis.call('HMGET', ticket_key(id), 'status', 'revision', 'pool', 'since', 'size', 'call'))
    if status_now ~= 'SEARCHING' or revision ~= revisions[i] or pool_now ~= pool then return nil end
    local members = tonumber(size or '1')
    tickets[i] = { id = id, revision = revisions[i], since = since, size = members, call = call or '' }
  end
  return tickets
end

-- The outbox entry with the calls that asked for its tickets: by those the record tells a ticket whose id comes again.
local function with_calls(entry, tickets)
  local calls = {}
  for i, ticket in ipairs(tickets) do calls[i] = ticket.call end
  return entry:sub(1, -2) .. ',"calls":' .. cjson.encode(calls) .. '}'
end

local function take(ticket, match)
  redis.call('HSET', ticket_key(ticket.id), 'status', status, 'match', match,
    'revision', next_revision(ticket.revision))
  leave_pool(pool, configuration, ticket.id, ticket.size)
end

local function propose(match, job, entry, tickets)
  redis.call('HSET', proposal_key(match), 'entry', entry, 'job', job, 'pool', pool, 'tickets', tickets,
    'configuration', configuration)
  redis.call('ZADD', proposals_key(), whole(now + answer_ms), match)
end

local function decide(match, job, entry, tickets)
  to_outbox(match, job, entry, patience)
  pending = pending + 1
  local since = {}
  -- Backfill tickets (size 0) are not counted: their players play, and do not wait.
  for _, ticket in ipairs(tickets) do
    if ticket.size > 0 then since[#since + 1] = ticket.since end
  end
  count_match(configuration, since)
end

local function commit(match, job, entry, detail, proposed, ids, revisions)
  -- A connection that lost the answer runs the script again, and so may a job that runs twice.
  if redis.call('HEXISTS', outbox_key(), match) == 1 or redis.call('EXISTS', proposal_key(match)) == 1 then return 2 end
  if paused then return -2 end
  if pending >= most_pending then return -1 end
  local tickets = read_tickets(ids, revisions)
  if not tickets then return 0 end
  entry = with_calls(entry, tickets)
  for _, ticket in ipairs(tickets) do take(ticket, match) end
  if answer_ms then propose(match, job, entry, proposed) else decide(match, job, entry, tickets) end
  emit('PotentialMatchCreated', configuration, detail, pool)
  return 1
end

local results = { whole(now) }
while has_more() do
  local match, job, entry, detail, proposed = next_text(), next_text(), next_text(), next_text(), next_text()
  local ids, revisions = {}, {}
  for i = 1, next_number() do
    ids[i] = next_text()
    revisions[i] = next_text()
  end
  results[#results + 1] = commit(match, job, entry, detail, proposed, ids, revisions)
end
check_lag(pool, configuration)
return results
