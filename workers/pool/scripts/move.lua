-- Moves tickets that search in one pool to others: a new rule set splits a configuration by other values. Their age, and
-- when they time out, stay what they were; it is no event, since they go on searching.
-- Uses: arguments, tickets, pools, searching
-- Flags: allow-oom
-- KEYS[1] hash tag
-- ARGV    the pool they are in, then per ticket: ticket id, the pool it belongs to
-- Returns per ticket one of
--   1  moved
--   0  it does not search in that pool (any more), or belongs there; nothing changed
local from = next_text()
local results = {}
while has_more() do
  local ticket, to = read_ticket(next_text()), next_text()
  local moves = ticket and ticket.status == 'SEARCHING' and ticket.pool == from and from ~= to
  if moves then
    leave_pool(ticket)
    wait_in(ticket, to)
  end
  results[#results + 1] = moves and 1 or 0
end
return results
