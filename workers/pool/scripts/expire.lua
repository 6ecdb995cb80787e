-- Times out tickets whose request timeout has passed by fleet time, whatever the caller's clock says.
-- Uses: arguments, clock, tickets, comparing, endings
-- Flags: allow-oom
-- KEYS[1] hash tag
-- ARGV    ticket ids
-- Returns list of the ids that timed out now
local expired = {}
while has_more() do
  local ticket = read_ticket(next_text())
  if ticket and ticket.status == 'SEARCHING' and ticket.deadline <= fleet_time() and not must_wait(ticket) then
    time_out(ticket)
    expired[#expired + 1] = ticket.id
  end
end
return expired
