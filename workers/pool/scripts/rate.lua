-- Gives tickets the ratings of their players, which a worker has read: from here on they can be matched, by the same numbers
-- in every mirror.
-- Uses: arguments, keys, tickets, searching
-- Flags: allow-oom
-- KEYS[1] hash tag
-- ARGV    per ticket: ticket id, revision the worker saw, players (JSON), of a backfill ticket number of players n (else 0), n
--         times: player id, player (JSON)
-- Returns per ticket one of
--   1  it has them now
--   0  it has changed since (it has ended, or another worker was faster); nothing changed
local results = {}
while has_more() do
  local ticket, revision, players = read_ticket(next_text()), next_number(), next_text()
  local members = next_list(2 * next_number())
  local waits = ticket and ticket.status == 'SEARCHING' and ticket.revision == revision and ticket.unrated
  if waits then
    ticket.unrated, ticket.players = nil, players
    if ticket.fills then redis.call('HSET', members_key(ticket.id), unpack(members)) end
    wait_in(ticket, ticket.pool)
  end
  results[#results + 1] = waits and 1 or 0
end
return results
