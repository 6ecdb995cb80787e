-- Lets reserved tickets into their pools: each enters once, and the older tickets of its players are cancelled.
-- KEYS[1] hash tag
-- ARGV    per ticket: ticket id, pool, request timeout in ms, players (JSON, as validated)
-- Returns per ticket one of
--   entered      it searches now
--   superseded   one of its players has a newer ticket: it was cancelled
--   placing:<p>  player p's earlier ticket is being placed: it was failed
--   <STATUS>     it was not QUEUED any more; nothing changed
--   missing      no such ticket; nothing changed
local PLAYER_SECONDS = 172800 -- the longest search (12 h) plus the longest retry of an older start (25 h), rounded up
local time = read_clock()
local results = {}

local function enter(id, pool, timeout, players)
  local ticket = read_ticket(id)
  if not ticket then return 'missing' end
  if ticket.status ~= 'QUEUED' then return ticket.status end
  local roster = cjson.decode(ticket.roster)
  local older = {}
  for _, member in ipairs(roster) do
    local newest = redis.call('HMGET', key('player', member.playerId), 'ticket', 'seq')
    if newest[1] then
      if tonumber(newest[2]) > ticket.seq then
        finish(id, ticket, 'CANCELLED', 'MatchmakingCancelled', 'Cancelled', 'Superseded by a newer ticket of the same player.', time)
        return 'superseded'
      end
      local status = redis.call('HGET', key('ticket', newest[1]), 'status')
      if status == 'PLACING' then
        finish(id, ticket, 'FAILED', 'MatchmakingFailed', 'PlayerBeingPlaced',
          'Player ' .. member.playerId .. ' is being placed by ticket ' .. newest[1] .. '.', time)
        return 'placing:' .. member.playerId
      end
      older[newest[1]] = true
    end
  end
  for other in pairs(older) do
    local it = read_ticket(other)
    if it and (it.status == 'SEARCHING' or it.status == 'QUEUED') then
      finish(other, it, 'CANCELLED', 'MatchmakingCancelled', 'Cancelled', 'Superseded by a newer ticket of the same player.', time)
    end
  end
  local seq = string.format('%d', ticket.seq)
  for _, member in ipairs(roster) do
    local player = key('player', member.playerId)
    redis.call('HSET', player, 'ticket', id, 'seq', seq)
    redis.call('EXPIRE', player, PLAYER_SECONDS)
  end
  local revision = string.format('%d', tonumber(ticket.revision) + 1)
  local deadline = string.format('%d', tonumber(ticket.start) + tonumber(timeout))
  redis.call('HSET', key('ticket', id), 'status', 'SEARCHING', 'pool', pool, 'deadline', deadline, 'revision', revision)
  redis.call('ZREM', key('reservations'), id)
  redis.call('ZADD', key('pool', pool), seq, id)
  note_change(pool, 'entered', id, 'seq', seq, 'revision', revision, 'start', ticket.start, 'deadline', deadline, 'players', players)
  -- Should the wake-up that follows this script be lost, the beat wakes the pool.
  redis.call('ZADD', key('due'), 'LT', string.format('%d', time + 1000), pool)
  emit('MatchmakingSearching', time, ticket.configuration,
    '{"tickets":[' .. ticket_view(id, ticket.start, ticket.roster) .. '],"estimatedWaitMillis":"NOT_AVAILABLE"}')
  return 'entered'
end

for i = 1, #ARGV, 4 do
  results[#results + 1] = enter(ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3])
end
return results
