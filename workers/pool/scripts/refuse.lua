-- Fails tickets that no match can hold.
-- Uses: arguments, tickets, endings
-- Flags: allow-oom
-- KEYS[1] hash tag
-- ARGV    per ticket: ticket id, revision the worker saw, reason (one word), message
-- Returns per ticket one of
--   FAILED    it is now
--   changed   it has changed since; nothing changed
--   <STATUS>  it does not search any more; nothing changed
--   missing   no such ticket; nothing changed
local function refuse(id, revision, reason, message)
  local ticket = read_ticket(id)
  if not ticket then return 'missing' end
  if ticket.status ~= 'SEARCHING' then return ticket.status end
  if ticket.revision ~= revision then return 'changed' end
  finish(ticket, 'FAILED', 'MatchmakingFailed', reason, message)
  return 'FAILED'
end

local results = {}
while has_more() do results[#results + 1] = refuse(next_text(), next_number(), next_text(), next_text()) end
return results
