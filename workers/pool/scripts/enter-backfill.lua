-- Lets a reserved backfill ticket search. Players who left the match since, by a newer ticket or into another match, are
-- not in it; an older backfill ticket of the same match is cancelled.
-- Uses: arguments, tickets, backfills
-- KEYS[1] hash tag
-- ARGV    ticket id, pool, request timeout in ms, then per player: player id, team, player (JSON, as validated),
--         an earlier ticket of theirs whose match is over (or empty)
-- Returns one of
--   entered      it searches now
--   superseded   the match has a newer backfill ticket: it was cancelled
--   placing      another backfill ticket of the match has found players who are being placed: it was failed
--   empty        nobody of it is in the match any more: it was cancelled
--   <STATUS>     it was not QUEUED any more; nothing changed
--   missing      no such ticket; nothing changed
local id, pool, timeout = next_text(), next_text(), next_number()
local members = {}
while has_more() do
  members[#members + 1] = { id = next_text(), team = next_text(), player = next_text(), over = next_text() }
end
local ticket = read_ticket(id)
if not ticket then return 'missing' end
if ticket.status ~= 'QUEUED' then return ticket.status end
return enter_backfill(ticket, pool, timeout, members)
