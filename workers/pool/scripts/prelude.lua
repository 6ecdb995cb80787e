-- Put before every script of this folder: names, time, and what several scripts do to a ticket or a proposal.
-- KEYS[1] is always the domain's hash tag, e.g. {main.matchmaking}; every key built here carries it.
local tag = KEYS[1]

local function key(name, id)
  if id then return tag .. ':' .. name .. ':' .. id end
  return tag .. ':' .. name
end

-- Redis time in ms that never goes backwards, also over a failover to a node whose clock is behind. One time a script.
local now
local function read_clock()
  if now then return now end
  local t = redis.call('TIME')
  local ms = tonumber(t[1]) * 1000 + math.floor(tonumber(t[2]) / 1000)
  now = tonumber(redis.call('GET', key('clock')) or '0')
  if ms > now then
    redis.call('SET', key('clock'), string.format('%d', ms))
    now = ms
  end
  return now
end

local CHANGES_KEPT = 20000
-- What an event weighs beside its detail, roughly.
local ENTRY_BYTES = 200
-- The longest search (12 h) plus the longest retry of an older start (25 h), rounded up.
local PLAYER_SECONDS = 172800

-- Pools come and go with the values that split them: what mirrors of an empty one might still read is forgotten.
local EMPTY_POOL_SECONDS = 3600

-- What a script writes of many things at once, it collects here; `flush`, after it, writes each in one call. Per pool
-- what changed, whether it got or lost tickets, and from when on it is due; events; counts by configuration.
local changes, joined, left, due, events, counted = {}, {}, {}, {}, {}, {}

-- Tells mirrors of a pool what changed.
local function note_change(pool, ...)
  local all = changes[pool] or {}
  changes[pool] = all
  all[#all + 1] = { ... }
end

-- Tells mirrors of a pool who left it: tickets that go one after the other are one change, of as many as a call may have.
local function note_left(pool, id)
  local all = changes[pool]
  local latest = all and all[#all]
  if latest and latest[1] == 'left' and #latest < 2000 then
    latest[#latest + 1] = 'left'
    latest[#latest + 1] = id
  else
    note_change(pool, 'left', id)
  end
end

-- A pool is to be looked at from `time` on, if not before.
local function make_due(pool, time)
  due[pool] = math.min(due[pool] or time, time)
end

-- `pool` is absent before a ticket has entered one.
local function emit(type, time, configuration, detail, pool)
  events[#events + 1] = { type = type, time = time, configuration = configuration, detail = detail, pool = pool }
end

-- An event's detail with how often each rule passed and failed in the pool's latest pass.
local function with_rules(detail, pool)
  local rules = pool and redis.call('GET', key('rules', pool))
  return detail:sub(1, -2) .. ',"ruleEvaluationMetrics":' .. (rules or '[]') .. '}'
end

-- Counts what happens in a configuration, by slots of five minutes; jobs/matchmaking/activity.ts reads them.
local SLOT_MS = 300000
local SLOT_SECONDS = 4200
local function count(configuration, what, n)
  local counts = counted[configuration] or {}
  counted[configuration] = counts
  counts[what] = (counts[what] or 0) + n
end

-- Counts a decided match, and how long each of its tickets waited, in buckets of a quarter of a doubling.
local function count_match(configuration, starts, time)
  count(configuration, 'matches', 1)
  for _, start in ipairs(starts) do
    local wait = math.max(1, time - tonumber(start))
    count(configuration, 'wait:' .. math.floor(4 * math.log(wait) / math.log(2)), 1)
  end
end

-- A ticket as events show it.
local function ticket_view(id, start, roster)
  return '{"ticketId":' .. cjson.encode(id) .. ',"startTime":' .. start .. ',"players":' .. roster .. '}'
end

local function read_ticket(id)
  local f = redis.call('HMGET', key('ticket', id), 'status', 'configuration', 'start', 'roster', 'pool', 'seq',
    'revision', 'match', 'deadline', 'players', 'estimate', 'size', 'fills', 'trace')
  if not f[1] then return nil end
  return { id = id, status = f[1], configuration = f[2], start = f[3], roster = f[4], pool = f[5], seq = f[6] and tonumber(f[6]),
    revision = f[7], match = f[8], deadline = f[9] and tonumber(f[9]), players = f[10], estimate = f[11],
    size = tonumber(f[12] or '1'), fills = f[13] or nil, trace = f[14] or '' }
end

local function next_revision(revision)
  return string.format('%d', tonumber(revision) + 1)
end

-- Puts a ticket of `size` waiting players into a pool's queue, and the pool among those of its configuration; one that
-- is there already stays as it is.
local function join_pool(pool, configuration, seq, id, size)
  if redis.call('ZADD', key('pool', pool), seq, id) == 0 then return end
  if size ~= 1 then redis.call('HINCRBY', key('companions'), pool, size - 1) end
  joined[pool] = configuration
end

-- Takes a ticket out of its pool's queue; a pool that is empty then is forgotten in a while.
local function leave_pool(pool, configuration, id, size)
  redis.call('ZREM', key('pool', pool), id)
  if size ~= 1 then redis.call('HINCRBY', key('companions'), pool, 1 - size) end
  note_left(pool, id)
  left[pool] = configuration
end

-- A backfill ticket has ended: its match has none any more.
local function forget_backfill(ticket)
  if redis.call('HGET', key('backfills'), ticket.fills) == ticket.id then
    redis.call('HDEL', key('backfills'), ticket.fills)
  end
  redis.call('DEL', key('members', ticket.id))
end

-- Takes a ticket to a terminal status, out of its pool if it was searching, with the event that says so.
local function finish(ticket, status, event, reason, message, time)
  local id = ticket.id
  if ticket.status == 'SEARCHING' then leave_pool(ticket.pool, ticket.configuration, id, ticket.size) end
  redis.call('ZREM', key('reservations'), id)
  redis.call('HSET', key('ticket', id), 'status', status, 'end', string.format('%d', time),
    'reason', reason, 'message', message, 'revision', next_revision(ticket.revision))
  redis.call('EXPIRE', key('ticket', id), TERMINAL_SECONDS)
  if ticket.fills then forget_backfill(ticket) end
  count(ticket.configuration, status, 1)
  local detail = '{"tickets":[' .. ticket_view(id, ticket.start, ticket.roster) .. '],"reason":' ..
    cjson.encode(reason) .. ',"message":' .. cjson.encode(message) ..
    (ticket.match and ',"matchId":' .. cjson.encode(ticket.match) or '') .. '}'
  emit(event, time, ticket.configuration, event == 'MatchmakingFailed' and detail or with_rules(detail, ticket.pool),
    ticket.pool)
end

-- Lets a ticket wait in a pool, where mirrors see it as `players`.
local function wait_in(ticket, pool, deadline, players, time)
  local id = ticket.id
  local seq = string.format('%d', ticket.seq)
  ticket.revision = next_revision(ticket.revision)
  if ticket.match then redis.call('HDEL', key('ticket', id), 'match') end
  redis.call('HSET', key('ticket', id), 'status', 'SEARCHING', 'pool', pool, 'deadline', string.format('%d', deadline),
    'players', players, 'revision', ticket.revision)
  join_pool(pool, ticket.configuration, seq, id, ticket.size)
  note_change(pool, 'entered', id, 'seq', seq, 'revision', ticket.revision, 'start', ticket.start,
    'deadline', string.format('%d', deadline), 'players', players, 'fills', ticket.fills or '', 'trace', ticket.trace)
  -- Should the wake-up that follows this script be lost, the beat wakes the pool.
  make_due(pool, time + 1000)
end

-- Makes a ticket searchable, the first time or again with its age kept.
local function search(ticket, pool, deadline, players, time)
  wait_in(ticket, pool, deadline, players, time)
  emit('MatchmakingSearching', time, ticket.configuration,
    '{"tickets":[' .. ticket_view(ticket.id, ticket.start, ticket.roster) .. '],"estimatedWaitMillis":' ..
    (ticket.estimate or '"NOT_AVAILABLE"') .. '}', pool)
end

-- Takes a ticket of this revision out of its pool for a match, as `status`: PLACING, `decided` at that time, or
-- REQUIRES_ACCEPTANCE while the match is a proposal, `decided` never yet.
local function take(ticket_id, revision, status, decided, match, pool, configuration, size)
  redis.call('HSET', key('ticket', ticket_id), 'status', status, 'match', match, 'decided', decided,
    'revision', next_revision(revision))
  leave_pool(pool, configuration, ticket_id, size)
end

-- Puts a decided match into the outbox, to be handed over again when it is not settled in time.
local function to_outbox(match, job, entry, time, patience)
  redis.call('HSET', key('outbox'), match, entry)
  redis.call('HSET', key('outbox-job'), match, job)
  redis.call('HSET', key('outbox-at'), match, string.format('%d', time))
  redis.call('ZADD', key('outbox-due'), string.format('%d', time + patience), match)
end

-- Players of a proposal as events show them: with their team, and their answer once they gave one.
-- `tickets` is the JSON list the worker proposed.
local function proposal_detail(match, tickets)
  local list = cjson.decode(tickets)
  for _, ticket in ipairs(list) do
    for _, player in ipairs(ticket.players) do
      local answer = redis.call('HGET', key('proposal', match), 'answer:' .. player.playerId)
      if answer then player.accepted = answer == 'ACCEPT' end
    end
  end
  return list
end

local function forget_proposal(match)
  redis.call('DEL', key('proposal', match))
  redis.call('ZREM', key('proposals'), match)
end

-- Drops a proposal. Its tickets whose players all accepted search again, as do all of them when `spared` (nobody of
-- theirs is to blame); the others are CANCELLED. The ticket `leaving` is left to the caller. Returns its pool, or nil when there is no such proposal.
local function drop_proposal(match, acceptance, spared, time, leaving)
  local f = redis.call('HMGET', key('proposal', match), 'tickets', 'pool', 'configuration')
  if not f[1] then return nil end
  local list = proposal_detail(match, f[1])
  emit('AcceptMatchCompleted', time, f[3], cjson.encode({ matchId = match, acceptance = acceptance, tickets = list }), f[2])
  forget_proposal(match)
  for _, member in ipairs(list) do
    local ticket = read_ticket(member.ticketId)
    if ticket and ticket.id ~= leaving and ticket.status == 'REQUIRES_ACCEPTANCE' and ticket.match == match then
      local accepted = true
      -- Players of a running match are not asked: they go on playing.
      if not ticket.fills then
        for _, player in ipairs(member.players) do accepted = accepted and player.accepted == true end
      end
      if not accepted and not spared then
        finish(ticket, 'CANCELLED', 'MatchmakingCancelled', 'Cancelled', 'A player did not accept the match.', time)
      elseif ticket.deadline <= time then
        finish(ticket, 'TIMED_OUT', 'MatchmakingTimedOut', 'TimedOut', 'Removed from matchmaking due to timing out.', time)
      else
        search(ticket, ticket.pool, ticket.deadline, ticket.players, time)
        redis.call('HSET', key('ticket', ticket.id), 'reason', 'AcceptanceFailed')
      end
    end
  end
  make_due(f[2], time)
  return f[2]
end

-- Cancels a ticket that has not been decided yet, after the proposal it may be in.
local function cancel(ticket, message, time)
  if ticket.status == 'REQUIRES_ACCEPTANCE' then drop_proposal(ticket.match, 'Rejected', true, time, ticket.id) end
  finish(ticket, 'CANCELLED', 'MatchmakingCancelled', 'Cancelled', message, time)
end

local function undecided(status)
  return status == 'QUEUED' or status == 'SEARCHING' or status == 'REQUIRES_ACCEPTANCE'
end

-- Takes a player out of the backfill ticket that lists them, as long as it is not decided: they left the match, or have
-- a newer ticket. A proposal with it is dropped, since its teams are not what was proposed. Returns whether it changed.
local function drop_from_backfill(id, player_id, time)
  redis.call('HDEL', key('player', player_id), 'backfill')
  if redis.call('HEXISTS', key('members', id), player_id) == 0 then return false end
  local ticket = read_ticket(id)
  if ticket and ticket.status == 'REQUIRES_ACCEPTANCE' then
    drop_proposal(ticket.match, 'Rejected', true, time)
    ticket = read_ticket(id)
  end
  if not ticket or not undecided(ticket.status) then return false end
  redis.call('HDEL', key('members', id), player_id)
  local roster, players = {}, {}
  for _, member in ipairs(cjson.decode(ticket.roster)) do
    if member.playerId ~= player_id then
      roster[#roster + 1] = member
      -- As they were given: decoding and encoding would round numbers and lose empty lists.
      players[#players + 1] = redis.call('HGET', key('members', id), member.playerId)
    end
  end
  if #roster == 0 then
    cancel(ticket, 'Every player of it has left the match.', time)
    return true
  end
  ticket.roster = cjson.encode(roster)
  redis.call('HSET', key('ticket', id), 'roster', ticket.roster)
  wait_in(ticket, ticket.pool, ticket.deadline, '[' .. table.concat(players, ',') .. ']', time)
  return true
end

-- Whether a player is still in a running match, as far as tickets tell. `over`: an earlier ticket of theirs whose match
-- the caller knows to be over.
local function still_in(player_id, match, over)
  local own = redis.call('HMGET', key('player', player_id), 'ticket', 'match')
  if not own[1] then return true end
  local newest = redis.call('HMGET', key('ticket', own[1]), 'status', 'match')
  if not newest[1] then return true end
  if newest[1] == 'PLACING' or undecided(newest[1]) then return false end
  return newest[1] ~= 'COMPLETED' or (own[2] or newest[2]) == match or own[1] == over
end

-- Lets a QUEUED backfill ticket search for company for the players who are still in its match. `members`: per player
-- { id, team, player (JSON), over as above }. A newer ticket of the match replaces an older one.
-- Returns entered | superseded | placing | empty, the ticket being terminal in all but the first
local function enter_backfill(ticket, pool, timeout, members, time)
  local REPLACED = 'Superseded by a newer backfill ticket of the same match.'
  local current = redis.call('HGET', key('backfills'), ticket.fills)
  local other = current and read_ticket(current)
  if other and other.status == 'PLACING' then
    finish(ticket, 'FAILED', 'MatchmakingFailed', 'BackfillBeingPlaced',
      'Ticket ' .. other.id .. ' has found players for this match, who are being placed.', time)
    return 'placing'
  end
  if other and undecided(other.status) then
    if other.seq > ticket.seq then
      cancel(ticket, REPLACED, time)
      return 'superseded'
    end
    cancel(other, REPLACED, time)
  end
  local roster, players = {}, {}
  for _, member in ipairs(members) do
    if still_in(member[1], ticket.fills, member[4]) then
      roster[#roster + 1] = { playerId = member[1], team = member[2] }
      players[#players + 1] = member[3]
      redis.call('HSET', key('members', ticket.id), member[1], member[3])
    end
  end
  if #roster == 0 then
    cancel(ticket, 'No player of it is in the match any more.', time)
    return 'empty'
  end
  for _, member in ipairs(roster) do
    redis.call('HSET', key('player', member.playerId), 'backfill', ticket.id)
    redis.call('EXPIRE', key('player', member.playerId), PLAYER_SECONDS)
  end
  ticket.roster = cjson.encode(roster)
  redis.call('HSET', key('ticket', ticket.id), 'roster', ticket.roster)
  redis.call('HSET', key('backfills'), ticket.fills, ticket.id)
  redis.call('ZREM', key('reservations'), ticket.id)
  search(ticket, pool, tonumber(ticket.start) + tonumber(timeout), '[' .. table.concat(players, ',') .. ']', time)
  return 'entered'
end

-- Reads { automatic backfill ticket id or empty, pool, timeout in ms, number of players n, n times: player id, team,
-- player (JSON) } from ARGV at `i` on. Returns it, nil where there is none, and the place after it.
local function read_automatic(i)
  if ARGV[i] == '' then return nil, i + 1 end
  local wanted = { id = ARGV[i], pool = ARGV[i + 1], timeout = ARGV[i + 2], members = {} }
  local after = i + 4 + 3 * tonumber(ARGV[i + 3])
  for m = i + 4, after - 1, 3 do
    wanted.members[#wanted.members + 1] = { ARGV[m], ARGV[m + 1], ARGV[m + 2] }
  end
  return wanted, after
end

-- Opens the backfill ticket that AUTOMATIC gives a match with open slots; it exists at most once.
local function open_automatic(wanted, match, configuration, time)
  if redis.call('EXISTS', key('ticket', wanted.id)) == 1 then return end
  local roster = {}
  for _, member in ipairs(wanted.members) do roster[#roster + 1] = { playerId = member[1], team = member[2] } end
  redis.call('HSET', key('ticket', wanted.id), 'status', 'QUEUED', 'configuration', configuration,
    'start', string.format('%d', time), 'seq', string.format('%d', redis.call('INCR', key('sequence'))),
    'revision', '1', 'size', '0', 'fills', match, 'roster', cjson.encode(roster), 'players', '[]',
    'actor', '{"kind":"service","name":"fleet"}')
  enter_backfill(read_ticket(wanted.id), wanted.pool, wanted.timeout, wanted.members, time)
end

local function write_changes()
  for pool, all in pairs(changes) do
    local counter = key('changed', pool)
    local n = redis.call('INCRBY', counter, #all)
    -- A pool that is new, or was forgotten, counts from the time in microseconds on: no number it has used comes again.
    if n == #all then
      local t = redis.call('TIME')
      n = tonumber(t[1]) * 1000000 + tonumber(t[2]) + #all
      redis.call('SET', counter, string.format('%d', n))
    end
    for i, change in ipairs(all) do
      redis.call('XADD', key('changes', pool), 'MAXLEN', '~', CHANGES_KEPT, string.format('%d-0', n - #all + i), unpack(change))
    end
  end
end

local function write_pools()
  for pool, configuration in pairs(joined) do
    redis.call('SADD', key('pools', configuration), pool)
    redis.call('PERSIST', key('changed', pool))
    redis.call('PERSIST', key('changes', pool))
  end
  for pool, configuration in pairs(left) do
    if redis.call('EXISTS', key('pool', pool)) == 0 then
      redis.call('SREM', key('pools', configuration), pool)
      redis.call('HDEL', key('companions'), pool)
      redis.call('EXPIRE', key('changed', pool), EMPTY_POOL_SECONDS)
      redis.call('EXPIRE', key('changes', pool), EMPTY_POOL_SECONDS)
    end
  end
end

local function write_due()
  for pool, time in pairs(due) do redis.call('ZADD', key('due'), 'LT', string.format('%d', time), pool) end
  due = {}
end

-- Events are numbered without a gap, so that a reader knows when trimming has overtaken it. `bytes` counts all there
-- ever were, so that trimming finds its place by it.
local function write_events()
  if #events == 0 then return end
  local weight = 0
  for _, event in ipairs(events) do weight = weight + #event.detail + ENTRY_BYTES end
  local n = redis.call('INCRBY', key('event-number'), #events) - #events
  local bytes = redis.call('INCRBY', key('event-bytes'), weight) - weight
  local custom = {}
  for i, event in ipairs(events) do
    local configuration = event.configuration
    if custom[configuration] == nil then
      custom[configuration] = redis.call('HGET', key('configuration', configuration), 'custom-event-data')
    end
    bytes = bytes + #event.detail + ENTRY_BYTES
    local entry = { 'type', event.type, 'time', string.format('%d', event.time), 'configuration', configuration,
      'detail', event.detail, 'bytes', string.format('%d', bytes) }
    if event.pool then
      entry[#entry + 1] = 'pool'
      entry[#entry + 1] = event.pool
    end
    if custom[configuration] then
      entry[#entry + 1] = 'custom'
      entry[#entry + 1] = custom[configuration]
    end
    redis.call('XADD', key('events'), string.format('%d-0', n + i), unpack(entry))
  end
end

local function write_counts()
  for configuration, counts in pairs(counted) do
    local slot = key('activity', configuration .. ':' .. string.format('%d', math.floor(read_clock() / SLOT_MS)))
    for what, n in pairs(counts) do
      if redis.call('HINCRBY', slot, what, n) == n then redis.call('EXPIRE', slot, SLOT_SECONDS) end
    end
  end
end

-- Runs a script of this folder, then writes what it collected.
local function run(script)
  local result = script()
  write_changes()
  write_pools()
  write_due()
  write_events()
  write_counts()
  return result
end
