-- Cancels the backfill tickets of matches that are over.
-- KEYS[1] hash tag
-- ARGV    match ids
-- Returns list of the ids of the tickets it cancelled
local time = read_clock()
local ended = {}
for _, match in ipairs(ARGV) do
  local id = redis.call('HGET', key('backfills'), match)
  local ticket = id and read_ticket(id)
  if ticket and undecided(ticket.status) then
    cancel(ticket, 'The match is over.', time)
    ended[#ended + 1] = id
  end
end
return ended
