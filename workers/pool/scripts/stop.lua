-- Cancels a ticket. One that does not exist yet gets a stop mark, so that a stop overtaking its start still wins. The
-- backfill ticket that AUTOMATIC gave a match was its last: the match, and those that go on from it, get no more.
-- Uses: arguments, keys, numbers, clock, tickets, proposals, automatic-backfill
-- Flags: allow-oom
-- KEYS[1] hash tag
-- ARGV    ticket id
-- Returns one of
--   cancelled
--   marked     there is no such ticket yet: it will begin CANCELLED
--   too-late   it is PLACING; nothing changed
--   <STATUS>   it had ended; nothing changed
local id = next_text()
local ticket = read_ticket(id)
if not ticket then
  redis.call('HSET', ticket_key(id), 'status', 'CANCELLED', 'stop-mark', TERMINAL_SECONDS, 'end', whole(redis_time()),
    'reason', 'Cancelled', 'message', 'Cancelled by request.')
  redis.call('EXPIRE', ticket_key(id), TERMINAL_SECONDS)
  return 'marked'
end
if ticket.status == 'PLACING' then return 'too-late' end
if not undecided(ticket.status) then return ticket.status end
if ticket.automatic then end_automatic(ticket.fills) end
cancel(ticket, 'Cancelled by request.')
return 'cancelled'
