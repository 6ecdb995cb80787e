-- Put before every script of `scripts/`: what several of them do to a ticket or a proposal.

-- An event's detail with how often each rule passed and failed in the pool's latest pass.
local function with_rules(detail, pool)
  local rules = pool and redis.call('GET', key('rules', pool))
  return detail:sub(1, -2) .. ',"ruleEvaluationMetrics":' .. (rules or '[]') .. '}'
end

-- A ticket as events show it.
local function ticket_view(id, start, roster)
  return '{"ticketId":' .. cjson.encode(id) .. ',"startTime":' .. start .. ',"players":' .. roster .. '}'
end

local function read_ticket(id)
  local f = redis.call('HMGET', key('ticket', id), 'status', 'configuration', 'start', 'roster', 'pool', 'seq',
    'revision', 'match', 'deadline', 'players', 'estimate', 'size', 'fills', 'trace', 'automatic')
  if not f[1] then return nil end
  return { id = id, status = f[1], configuration = f[2], start = f[3], roster = f[4], pool = f[5], seq = f[6] and tonumber(f[6]),
    revision = f[7], match = f[8], deadline = f[9] and tonumber(f[9]), players = f[10], estimate = f[11],
    size = tonumber(f[12] or '1'), fills = f[13] or nil, trace = f[14] or '', automatic = f[15] }
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

-- Gives a ticket its terminal status. It stays for a day or more, and of what a store holds such tickets are the most: they keep
-- what somebody may still ask, and the call id, by which a repeated reservation knows its own.
local function terminate(id, status, reason, message, time)
  redis.call('HSET', key('ticket', id), 'status', status, 'end', string.format('%d', time), 'reason', reason, 'message', message)
  redis.call('HDEL', key('ticket', id), 'actor', 'deadline', 'estimate', 'job', 'pool', 'revision', 'size', 'trace')
  redis.call('EXPIRE', key('ticket', id), TERMINAL_SECONDS)
end

-- Takes a ticket to a terminal status, out of its pool if it was searching, with the event that says so.
local function finish(ticket, status, event, reason, message, time)
  local id = ticket.id
  if ticket.status == 'SEARCHING' then leave_pool(ticket.pool, ticket.configuration, id, ticket.size) end
  redis.call('ZREM', key('reservations'), id)
  terminate(id, status, reason, message, time)
  if ticket.fills then forget_backfill(ticket) end
  count(ticket.configuration, status, 1)
  local detail = '{"tickets":[' .. ticket_view(id, ticket.start, ticket.roster) .. '],"reason":' ..
    cjson.encode(reason) .. ',"message":' .. cjson.encode(message) ..
    (ticket.match and ',"matchId":' .. cjson.encode(ticket.match) or '') .. '}'
  emit(event, time, ticket.configuration, event == 'MatchmakingFailed' and detail or with_rules(detail, ticket.pool),
    ticket.pool)
end

-- Ends a ticket whose request timeout is over.
local function time_out(ticket, time)
  finish(ticket, 'TIMED_OUT', 'MatchmakingTimedOut', 'TimedOut', 'Removed from matchmaking due to timing out.', time)
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

-- A backfill ticket's roster as FlexMatch shows who searches: without the teams that its players bring.
local function without_teams(roster)
  local names = {}
  for i, member in ipairs(cjson.decode(roster)) do names[i] = '{"playerId":' .. cjson.encode(member.playerId) .. '}' end
  return '[' .. table.concat(names, ',') .. ']'
end

-- Makes a ticket searchable, the first time or again with its age kept.
local function search(ticket, pool, deadline, players, time)
  wait_in(ticket, pool, deadline, players, time)
  local roster = ticket.fills and without_teams(ticket.roster) or ticket.roster
  emit('MatchmakingSearching', time, ticket.configuration,
    '{"tickets":[' .. ticket_view(ticket.id, ticket.start, roster) .. '],"estimatedWaitMillis":' ..
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
        time_out(ticket, time)
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
