-- Ends committed matches whose effect is stored (or cannot be): tickets become terminal, the outbox entry goes.
-- Uses: arguments, keys, tickets, endings, outbox, membership, events, counts
-- Flags: allow-oom
-- KEYS[1] hash tag
-- ARGV    per match: match id, COMPLETED | FAILED, reason, message, event detail (JSON), where it is played as
--         DescribeMatchmaking tells it (JSON, or empty), 1 when the match that it should go on from is over on record (else
--         empty), number of tickets n, n ticket ids
-- Returns per match one of
--   1  settled now
--   0  it was settled before; nothing changed

local all, ids = {}, {}
while has_more() do
  local wanted = { id = next_text(), status = next_text(), reason = next_text(), message = next_text(),
    detail = next_text(), placement = next_text(), over = next_text() == '1' }
  wanted.ids = next_list(next_number())
  for _, id in ipairs(wanted.ids) do ids[#ids + 1] = id end
  all[#all + 1] = wanted
end
read_tickets(ids)

-- The match's tickets, as far as they still are there.
local function tickets_of(wanted)
  local found = {}
  for _, id in ipairs(wanted.ids) do
    local ticket = read_ticket(id)
    if ticket and ticket.status == 'PLACING' and ticket.match == wanted.id then
      found[#found + 1] = ticket
    end
  end
  return found
end

local function settle(wanted)
  local match, status = wanted.id, wanted.status
  if redis.call('HDEL', outbox_key(), match) == 0 then return 0 end
  local configuration, pool, backfill = '', nil, nil
  for _, ticket in ipairs(wanted.tickets) do
    configuration, pool = ticket.configuration, ticket.pool
    terminate(ticket, status, wanted.reason, wanted.message)
    if wanted.placement ~= '' then ticket.placement = wanted.placement end
    if ticket.fills then
      backfill = ticket
      forget_backfill(ticket)
    end
  end
  if status == 'FAILED' and configuration ~= '' then count(configuration, 'FAILED', #wanted.tickets) end
  if status == 'COMPLETED' then
    emit('MatchmakingSucceeded', configuration, wanted.detail, pool)
  else
    emit('MatchmakingFailed', configuration, with_rules(wanted.detail, pool), pool)
  end
  settle_live(match, status == 'FAILED', backfill, wanted.over)
  return 1
end

for _, wanted in ipairs(all) do wanted.tickets = tickets_of(wanted) end
local results, settled = {}, {}
for i, wanted in ipairs(all) do
  results[i] = settle(wanted)
  if results[i] == 1 then settled[#settled + 1] = wanted.id end
end
forget_outbox(settled)
return results
