-- Times out tickets whose request timeout has passed by Redis time, whatever the caller's clock says.
-- KEYS[1] hash tag
-- ARGV    ticket ids
-- Returns list of the ids that timed out now
local time = read_clock()
local expired = {}
for _, id in ipairs(ARGV) do
  local ticket = read_ticket(id)
  if ticket and ticket.status == 'SEARCHING' and ticket.deadline <= time then
    time_out(ticket, time)
    expired[#expired + 1] = id
  end
end
return expired
