-- Ends committed matches whose effect is stored (or cannot be): tickets become terminal, the outbox entry goes. Where a match
-- failed for a reason of single tickets, the others search again with their age.
-- Uses: arguments, clock, tickets, searching, endings, outbox, membership, events, counts
-- Flags: allow-oom
-- Rarely: open_automatic, go_on, end_match, forget_live
-- KEYS[1] hash tag
-- ARGV    per match: match id, COMPLETED | FAILED, reason, message, event detail (JSON), where it is played as
--         DescribeMatchmaking tells it (JSON, or empty), 1 when it is over on record, or, FAILED, the match that it
--         should go on from (else empty), number of tickets that end with it n, n ticket ids, number of those that search again m, m ticket ids
-- Returns per match one of
--   1  settled now
--   0  it was settled before; nothing changed
local all, ids, matches = {}, {}, {}
while has_more() do
  local id, status, reason, message, detail, placement, over = next_texts(7)
  local wanted = { id = id, status = status, reason = reason, message = message, detail = detail, placement = placement,
    over = over == '1', ids = next_list(next_number()), again = next_list(next_number()) }
  for _, ticket_id in ipairs(wanted.ids) do ids[#ids + 1] = ticket_id end
  for _, ticket_id in ipairs(wanted.again) do ids[#ids + 1] = ticket_id end
  all[#all + 1], matches[#matches + 1] = wanted, id
end
if not matches[1] then return {} end
read_tickets(ids)
local waiting = waiting_since(matches)

-- The match's tickets of a list, as far as they still are there.
local function tickets_of(match, list)
  local found = {}
  for _, ticket in ipairs(read_tickets(list)) do
    if ticket and ticket.status == 'PLACING' and ticket.match == match then found[#found + 1] = ticket end
  end
  return found
end

local function settle(wanted)
  local match, status, failed = wanted.id, wanted.status, wanted.status == 'FAILED'
  local ending = ending_lines(redis_time(), wanted.reason, wanted.message, wanted.placement)
  local pool, backfill = nil, nil
  for _, ticket in ipairs(wanted.tickets) do
    pool = ticket.pool
    terminate(ticket, status, wanted.reason, wanted.message, ending)
    if ticket.fills then
      backfill = ticket
      forget_backfill(ticket)
    end
  end
  local configuration = pool and string.match(pool, '^[^/]+') or ''
  if failed then
    if pool then count(configuration, 'FAILED', #wanted.tickets) end
    emit('MatchmakingFailed', configuration, with_rules(wanted.detail, pool), pool)
  else
    emit('MatchmakingSucceeded', configuration, wanted.detail, pool)
  end
  settle_live(match, failed, backfill, wanted.over)
  for _, ticket in ipairs(wanted.innocent) do
    if ticket.deadline <= fleet_time() then time_out(ticket) else search(ticket, ticket.pool) end
  end
end

-- A match may be told twice in one call.
local seen, settled, results = {}, {}, {}
for _, wanted in ipairs(all) do
  wanted.tickets, wanted.innocent = tickets_of(wanted.id, wanted.ids), tickets_of(wanted.id, wanted.again)
end
for i, wanted in ipairs(all) do
  results[i] = waiting[i] and not seen[wanted.id] and 1 or 0
  seen[wanted.id] = true
  if results[i] == 1 then
    settle(wanted)
    settled[#settled + 1] = wanted.id
  end
end
forget_outbox(settled)
return results
