-- Lets a reserved backfill ticket search. Players who left the match since, by a newer ticket or into another match, are
-- not in it; an older backfill ticket of the same match is cancelled.
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
local ticket = read_ticket(ARGV[1])
if not ticket then return 'missing' end
if ticket.status ~= 'QUEUED' then return ticket.status end
local members = {}
for i = 4, #ARGV, 4 do members[#members + 1] = { ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3] } end
return enter_backfill(ticket, ARGV[2], ARGV[3], members, read_clock())
