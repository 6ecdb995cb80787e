-- Cancels the backfill tickets of matches that are over.
-- Uses: arguments, keys, tickets, proposals
-- Flags: allow-oom
-- KEYS[1] hash tag
-- ARGV    match ids
-- Returns list of the ids of the tickets it cancelled
local ended = {}
while has_more() do
  local id = redis.call('HGET', backfills_key(), next_text())
  local ticket = id and read_ticket(id)
  if ticket and undecided(ticket.status) then
    cancel(ticket, 'The match is over.')
    ended[#ended + 1] = id
  end
end
return ended
