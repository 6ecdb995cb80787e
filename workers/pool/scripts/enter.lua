-- Lets reserved tickets into their pools: each enters once, and the older tickets of its players are cancelled. Who is in
-- a running match leaves its backfill ticket, which goes on without them.
-- Uses: arguments, keys, numbers, tickets, searching, endings, proposals, backfills, lag, counts
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
local results = {}
-- The ids that entered; by configuration how many did, and when the newest of them was reserved.
local entered, started, newest_since = {}, {}, {}

local function enter(id, pool, timeout, players, estimate)
  local ticket = read_ticket(id)
  if not ticket then return 'missing' end
  if ticket.status ~= 'QUEUED' then return ticket.status end
  local roster = cjson.decode(ticket.roster)
  local older, playing, moved = {}, {}, {}
  for _, member in ipairs(roster) do
    local newest, sequence, backfill, match =
      unpack(redis.call('HMGET', player_key(member.playerId), 'ticket', 'seq', 'backfill', 'match'))
    if newest then
      if tonumber(sequence) > ticket.sequence then
        cancel(ticket, SUPERSEDED)
        return 'superseded'
      end
      -- Decided after this ticket was asked for: the player is in that match, and this ticket is not newer than it.
      local status, decided_after = unpack(redis.call('HMGET', ticket_key(newest), 'status', 'decided-after'))
      local placing = status == 'PLACING'
      if placing or (status == 'COMPLETED' and tonumber(decided_after) >= ticket.sequence) then
        finish(ticket, 'FAILED', 'MatchmakingFailed', placing and 'PlayerBeingPlaced' or 'PlayerInMatch',
          'A player of this ticket is in the match of ticket ' .. newest .. '.')
        return 'placing:' .. member.playerId
      end
      older[#older + 1] = newest
    end
    if backfill then playing[#playing + 1] = { ticket = backfill, player = member.playerId } end
    if match then moved[#moved + 1] = player_key(member.playerId) end
  end
  for _, other in ipairs(older) do
    local it = read_ticket(other)
    if it and undecided(it.status) then cancel(it, SUPERSEDED) end
  end
  for _, player in ipairs(moved) do redis.call('HDEL', player, 'match') end
  for _, it in ipairs(playing) do drop_from_backfill(it.ticket, it.player) end
  for _, member in ipairs(roster) do
    local player = player_key(member.playerId)
    redis.call('HSET', player, 'ticket', id, 'seq', whole(ticket.sequence))
    redis.call('PERSIST', player)
  end
  entered[#entered + 1] = id
  newest_since[ticket.configuration] = math.max(newest_since[ticket.configuration] or 0, ticket.since)
  if estimate ~= '' then
    ticket.estimate = estimate
    redis.call('HSET', ticket_key(id), 'estimate', estimate)
  end
  if not ticket.fills then started[ticket.configuration] = (started[ticket.configuration] or 0) + 1 end
  search(ticket, pool, ticket.since + timeout, players)
  return 'entered'
end

while has_more() do
  results[#results + 1] = enter(next_text(), next_text(), next_number(), next_text(), next_text())
end
if #entered > 0 then redis.call('ZREM', reservations_key(), unpack(entered)) end
for configuration, n in pairs(started) do count(configuration, 'started', n) end
for configuration, since in pairs(newest_since) do check_entry(configuration, since) end
return results
