-- Fails tickets that were reserved but cannot enter a pool.
-- Uses: arguments, tickets, endings
-- Flags: allow-oom
-- KEYS[1] hash tag
-- ARGV    per ticket: ticket id, reason (one word), message
-- Returns per ticket one of
--   FAILED    it is now
--   <STATUS>  it was not QUEUED any more; nothing changed
--   missing   no such ticket; nothing changed
local function refuse(id, reason, message)
  local ticket = read_ticket(id)
  if not ticket then return 'missing' end
  if ticket.status ~= 'QUEUED' then return ticket.status end
  finish(ticket, 'FAILED', 'MatchmakingFailed', reason, message)
  return 'FAILED'
end

local results = {}
while has_more() do results[#results + 1] = refuse(next_text(), next_text(), next_text()) end
return results
