-- Ends committed matches whose effect is stored (or cannot be): tickets become terminal, the outbox entry goes.
-- Uses: arguments, keys, tickets, endings, outbox, automatic-backfill, events, counts
-- Flags: allow-oom
-- KEYS[1] hash tag
-- ARGV    per match: match id, COMPLETED | FAILED, reason, message, event detail (JSON), where it is played as
--         DescribeMatchmaking tells it (JSON, or empty), number of tickets n, n ticket ids, then the backfill ticket it gets
--         at once: ticket id (empty: none), and where there is one its pool, timeout in ms, number of players m, m times:
--         player id, team, player (JSON)
-- Returns per match one of
--   1  settled now
--   0  it was settled before; nothing changed

-- A match to settle with its tickets. Everything is read before anything is written: a ticket that cannot be read leaves
-- all matches of the call as they were.
local function next_match()
  local wanted = { id = next_text(), status = next_text(), reason = next_text(), message = next_text(),
    detail = next_text(), placement = next_text(), tickets = {} }
  for _, id in ipairs(next_list(next_number())) do
    local ticket = read_ticket(id)
    if ticket and ticket.status == 'PLACING' and ticket.match == wanted.id then
      if ticket.fills then ticket.members = cjson.decode(ticket.roster) end
      wanted.tickets[#wanted.tickets + 1] = ticket
    end
  end
  wanted.automatic = next_automatic()
  return wanted
end

-- Players of the match that went on are in `match` now, unless they have started something newer.
local function settle_backfill(ticket, match, status)
  for _, member in ipairs(ticket.members) do
    local player = player_key(member.playerId)
    if redis.call('HGET', player, 'backfill') == ticket.id then
      redis.call('HDEL', player, 'backfill')
      if status == 'COMPLETED' then redis.call('HSET', player, 'match', match) end
    end
  end
  if is_automatic_off(ticket.fills) then end_automatic(match) end
  forget_backfill(ticket)
end

local function settle(wanted)
  local match, status = wanted.id, wanted.status
  if redis.call('HDEL', outbox_key(), match) == 0 then return 0 end
  local configuration, pool = '', nil
  for _, ticket in ipairs(wanted.tickets) do
    configuration, pool = ticket.configuration, ticket.pool
    terminate(ticket, status, wanted.reason, wanted.message)
    if wanted.placement ~= '' then redis.call('HSET', ticket_key(ticket.id), 'placement', wanted.placement) end
    if ticket.fills then settle_backfill(ticket, match, status) end
  end
  if status == 'FAILED' and configuration ~= '' then count(configuration, 'FAILED', #wanted.tickets) end
  if status == 'COMPLETED' then
    emit('MatchmakingSucceeded', configuration, wanted.detail, pool)
  else
    emit('MatchmakingFailed', configuration, with_rules(wanted.detail, pool), pool)
  end
  if wanted.automatic then open_automatic(wanted.automatic, match, configuration) end
  return 1
end

local all, results, settled = {}, {}, {}
while has_more() do all[#all + 1] = next_match() end
for i, wanted in ipairs(all) do
  results[i] = settle(wanted)
  if results[i] == 1 then settled[#settled + 1] = wanted.id end
end
forget_outbox(settled)
return results
