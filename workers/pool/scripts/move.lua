-- Moves tickets that search in one pool to others: a new rule set splits a configuration by other values. Their age, and
-- when they time out, stay what they were; it is no event, since they go on searching.
-- KEYS[1] hash tag
-- ARGV    the pool they are in, then per ticket: ticket id, the pool it belongs to
-- Returns per ticket one of
--   1  moved
--   0  it does not search in that pool (any more); nothing changed
local time = read_clock()
local results = {}
for i = 2, #ARGV, 2 do
  local ticket = read_ticket(ARGV[i])
  if ticket and ticket.status == 'SEARCHING' and ticket.pool == ARGV[1] then
    leave_pool(ticket.pool, ticket.configuration, ticket.id, ticket.size)
    wait_in(ticket, ARGV[i + 1], ticket.deadline, ticket.players, time)
    results[#results + 1] = 1
  else
    results[#results + 1] = 0
  end
end
return results
