-- Ends committed matches whose effect is stored (or cannot be): tickets become terminal, the outbox entry goes.
-- Uses: arguments, clock, tickets, endings, outbox, membership, events, counts
-- Flags: allow-oom
-- KEYS[1] hash tag
-- ARGV    per match: match id, COMPLETED | FAILED, reason, message, event detail (JSON), where it is played as
--         DescribeMatchmaking tells it (JSON, or empty), 1 when the match that it should go on from is over on record (else
--         empty), number of tickets n, n ticket ids
-- Returns per match one of
--   1  settled now
--   0  it was settled before; nothing changed
local all, ids, matches = {}, {}, {}
while has_more() do
  local id, status, reason, message, detail, placement, over = next_texts(7)
  local wanted = { id = id, status = status, reason = reason, message = message, detail = detail, placement = placement,
    over = over == '1', ids = next_list(next_number()) }
  for _, ticket_id in ipairs(wanted.ids) do ids[#ids + 1] = ticket_id end
  all[#all + 1], matches[#matches + 1] = wanted, id
end
if not matches[1] then return {} end
read_tickets(ids)
local waiting = waiting_since(matches)

-- The match's tickets, as far as they still are there.
local function tickets_of(wanted)
  local found = {}
  for _, ticket in ipairs(read_tickets(wanted.ids)) do
    if ticket and ticket.status == 'PLACING' and ticket.match == wanted.id then found[#found + 1] = ticket end
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
end

-- A match may be told twice in one call.
local seen, settled, results = {}, {}, {}
for _, wanted in ipairs(all) do wanted.tickets = tickets_of(wanted) end
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
