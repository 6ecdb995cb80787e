-- Ends live matches: nobody is in them any more, and their backfill tickets are cancelled.
-- Uses: arguments, tickets, comparing, live-matches, membership
-- Flags: allow-oom
-- KEYS[1] hash tag
-- ARGV    match ids, each that of a match or of one that it went on from
-- Returns per match one of
--   ended     it is over now
--   placing   it is being placed; nothing changed
--   going-on  another match that goes on from it is being placed: it is over when that is settled
--   unknown   it is not live as far as the queue knows; nothing changed
local matches, results = {}, {}
while has_more() do
  matches[#matches + 1] = latest_match(next_text())
  local backfill = backfill_of(matches[#matches])
  local ticket = backfill and read_ticket(backfill)
  if ticket then await_comparison(ticket) end
end
for i, match in ipairs(matches) do results[i] = finish_match(match) end
return results
