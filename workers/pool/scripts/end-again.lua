-- Ends tickets as the record says that they ended, since the store went back behind that.
-- Uses: arguments, tickets, comparing, proposals, endings
-- Flags: allow-oom
-- KEYS[1] hash tag
-- ARGV    per ticket: ticket id, sequence, call id (or empty), FAILED | CANCELLED | TIMED_OUT, reason, message
-- Returns per ticket one of
--   1  it has ended now
--   0  it does not wait here, or its id has been used again; nothing changed
local EVENTS = { FAILED = 'MatchmakingFailed', CANCELLED = 'MatchmakingCancelled', TIMED_OUT = 'MatchmakingTimedOut' }

local function end_again(id, sequence, call, status, reason, message)
  local ticket = read_recorded(id, sequence, call)
  if not ticket or not undecided(ticket.status) then return 0 end
  if ticket.status == 'REQUIRES_ACCEPTANCE' then drop_proposal(ticket.match, 'TimedOut', true, id) end
  finish(ticket, status, EVENTS[status], reason, message)
  return 1
end

local results = {}
while has_more() do
  results[#results + 1] = end_again(next_text(), next_number(), next_text(), next_text(), next_text(), next_text())
end
return results
