-- Ends committed matches whose effect is stored (or cannot be): tickets become terminal, the outbox entry goes.
-- Uses: arguments, keys, tickets, endings, outbox, automatic-backfill, events, counts
-- Flags: allow-oom
-- KEYS[1] hash tag
-- ARGV    per match: match id, COMPLETED | FAILED, reason, message, event detail (JSON), number of tickets n, n ticket
--         ids, then the backfill ticket it gets at once: ticket id (empty: none), and where there is one its pool,
--         timeout in ms, number of players m, m times: player id, team, player (JSON)
-- Returns per match one of
--   1  settled now
--   0  it was settled before; nothing changed

-- Players of the match that went on are in `match` now, unless they have started something newer.
local function settle_backfill(ticket, match, status)
  for _, member in ipairs(cjson.decode(ticket.roster)) do
    local player = player_key(member.playerId)
    if redis.call('HGET', player, 'backfill') == ticket.id then
      redis.call('HDEL', player, 'backfill')
      if status == 'COMPLETED' then redis.call('HSET', player, 'match', match) end
    end
  end
  if is_automatic_off(ticket.fills) then end_automatic(match) end
  forget_backfill(ticket)
end

local function settle(match, status, reason, message, detail, ids, automatic)
  if redis.call('HDEL', outbox_key(), match) == 0 then return 0 end
  local configuration, pool = '', nil
  local placement = redis.call('HGET', outbox_placement_key(), match)
  for _, id in ipairs(ids) do
    local ticket = read_ticket(id)
    if ticket and ticket.status == 'PLACING' and ticket.match == match then
      configuration, pool = ticket.configuration, ticket.pool
      terminate(ticket, status, reason, message)
      if placement and status == 'COMPLETED' then redis.call('HSET', ticket_key(id), 'placement', placement) end
      if ticket.fills then settle_backfill(ticket, match, status) end
    end
  end
  if status == 'FAILED' and configuration ~= '' then count(configuration, 'FAILED', #ids) end
  if status == 'COMPLETED' then
    emit('MatchmakingSucceeded', configuration, detail, pool)
  else
    emit('MatchmakingFailed', configuration, with_rules(detail, pool), pool)
  end
  if automatic then open_automatic(automatic, match, configuration) end
  return 1
end

local results, settled = {}, {}
while has_more() do
  local match, status, reason, message, detail = next_text(), next_text(), next_text(), next_text(), next_text()
  local ids = next_list(next_number())
  local result = settle(match, status, reason, message, detail, ids, next_automatic())
  results[#results + 1] = result
  if result == 1 then settled[#settled + 1] = match end
end
forget_outbox(settled)
return results
