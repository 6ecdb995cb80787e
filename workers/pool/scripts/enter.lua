-- Lets reserved tickets into their pools: each enters once, and the older tickets of its players are cancelled. Who is in
-- a running match leaves its backfill ticket, which goes on without them.
-- KEYS[1] hash tag
-- ARGV    per ticket: ticket id, pool, request timeout in ms, players (JSON, as validated), ms that tickets like it have
--         waited lately (empty: unknown)
-- Returns per ticket one of
--   entered      it searches now
--   superseded   one of its players has a newer ticket: it was cancelled
--   placing:<p>  player p's earlier ticket was matched after this one was reserved: it was failed
--   <STATUS>     it was not QUEUED any more; nothing changed
--   missing      no such ticket; nothing changed
local SUPERSEDED = 'Superseded by a newer ticket of the same player.'
local time = read_clock()
local results = {}
local started, entered, newest = {}, {}, {}

local function enter(id, pool, timeout, players, estimate)
  local ticket = read_ticket(id)
  if not ticket then return 'missing' end
  if ticket.status ~= 'QUEUED' then return ticket.status end
  local roster = cjson.decode(ticket.roster)
  local older, playing, moved = {}, {}, {}
  for _, member in ipairs(roster) do
    local newest = redis.call('HMGET', key('player', member.playerId), 'ticket', 'seq', 'backfill', 'match')
    if newest[1] then
      if tonumber(newest[2]) > ticket.seq then
        cancel(ticket, SUPERSEDED, time)
        return 'superseded'
      end
      -- Decided after this ticket was asked for: the player is in that match, and this ticket is not newer than it.
      local earlier = redis.call('HMGET', key('ticket', newest[1]), 'status', 'decided')
      local placing = earlier[1] == 'PLACING'
      if placing or (earlier[1] == 'COMPLETED' and tonumber(earlier[2]) >= tonumber(ticket.start)) then
        finish(ticket, 'FAILED', 'MatchmakingFailed', placing and 'PlayerBeingPlaced' or 'PlayerInMatch',
          'A player of this ticket is in the match of ticket ' .. newest[1] .. '.', time)
        return 'placing:' .. member.playerId
      end
      older[#older + 1] = newest[1]
    end
    if newest[3] then playing[#playing + 1] = { newest[3], member.playerId } end
    if newest[4] then moved[#moved + 1] = key('player', member.playerId) end
  end
  for _, other in ipairs(older) do
    local it = read_ticket(other)
    if it and undecided(it.status) then cancel(it, SUPERSEDED, time) end
  end
  for _, player in ipairs(moved) do redis.call('HDEL', player, 'match') end
  for _, it in ipairs(playing) do drop_from_backfill(it[1], it[2], time) end
  for _, member in ipairs(roster) do
    local player = key('player', member.playerId)
    redis.call('HSET', player, 'ticket', id, 'seq', string.format('%d', ticket.seq))
    redis.call('EXPIRE', player, PLAYER_SECONDS)
  end
  entered[#entered + 1] = id
  newest[ticket.configuration] = math.max(newest[ticket.configuration] or 0, tonumber(ticket.start))
  if estimate ~= '' then
    ticket.estimate = estimate
    redis.call('HSET', key('ticket', id), 'estimate', estimate)
  end
  if not ticket.fills then started[ticket.configuration] = (started[ticket.configuration] or 0) + 1 end
  search(ticket, pool, tonumber(ticket.start) + tonumber(timeout), players, time)
  return 'entered'
end

for i = 1, #ARGV, 5 do
  results[#results + 1] = enter(ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3], ARGV[i + 4])
end
if #entered > 0 then redis.call('ZREM', key('reservations'), unpack(entered)) end
for configuration, n in pairs(started) do count(configuration, 'started', n) end
for configuration, start in pairs(newest) do check_entry(configuration, start, time) end
return results
