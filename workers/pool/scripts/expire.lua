-- Times out tickets whose request timeout has passed by Redis time, whatever the caller's clock says.
-- Uses: arguments, clock, tickets, endings
-- Flags: allow-oom
-- KEYS[1] hash tag
-- ARGV    ticket ids
-- Returns list of the ids that timed out now
local time = read_clock()
local expired = {}
while has_more() do
  local ticket = read_ticket(next_text())
  if ticket and ticket.status == 'SEARCHING' and ticket.deadline <= time then
    time_out(ticket, time)
    expired[#expired + 1] = ticket.id
  end
end
return expired
