-- Cancels a ticket. The backfill ticket that AUTOMATIC gave a match was its last: the match, and those that go on from
-- it, get no more.
-- Uses: arguments, tickets, comparing, proposals, backfilling
-- Flags: allow-oom
-- KEYS[1] hash tag
-- ARGV    ticket id, the player who asks (empty: a service)
-- Returns { CANCELLED, the pool to wake, since a proposal in it was dropped, or empty }; where nothing changed, one of
--   missing    there is no such ticket
--   stranger   the player who asks is not in it; a backfill ticket is its match's
--   <STATUS>   it is PLACING, or had ended
-- Throws UNCOMPARED while the record may know another end of it; nothing changed.
local id, asking = next_text(), next_text()
local ticket = read_ticket(id)
if not ticket then return { 'missing', '' } end
if asking ~= '' and (ticket.fills or not has_member(ticket, asking)) then return { 'stranger', '' } end
if not undecided(ticket.status) then return { ticket.status, '' } end
await_comparison(ticket)
if ticket.automatic then end_automatic(ticket.fills) end
return { 'CANCELLED', cancel(ticket, 'Cancelled by request.') or '' }
