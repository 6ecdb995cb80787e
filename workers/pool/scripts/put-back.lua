-- Puts a match that is on record back into the outbox, since the store went back behind its decision. Tickets of it that wait
-- here, or that another match holds which has not started, are placed by it: whoever starts it finds it stored.
-- Uses: arguments, keys, tickets, pools, proposals, membership, outbox, events
-- KEYS[1] hash tag
-- ARGV    match id, start-match job id, outbox entry (JSON), event detail (JSON), number of tickets n, then n times: ticket id,
--         sequence, call id (or empty)
-- Returns one of
--   1  it is in the outbox
--   0  it is there already, or no ticket of it waits here; no ticket was taken
local match, job, entry, detail = next_text(), next_text(), next_text(), next_text()
if redis.call('HEXISTS', outbox_key(), match) == 1 then return 0 end

-- An id may have been used again; a start that the store has lost may have been repeated by the same call.
local function read_own(id, sequence, call)
  local ticket = read_ticket(id)
  if not ticket or ticket.sequence ~= sequence and (call == '' or ticket.call ~= call) then return nil end
  if ticket.status == 'REQUIRES_ACCEPTANCE' then
    drop_proposal(ticket.match, 'TimedOut', true)
    ticket = read_ticket(id)
  end
  return ticket
end

local configuration, pool
local players = {}
for _ = 1, next_number() do
  local ticket = read_own(next_text(), next_number(), next_text())
  if ticket and (ticket.status == 'SEARCHING' or ticket.status == 'PLACING') then
    if ticket.status == 'SEARCHING' then leave_pool(ticket) end
    configuration, pool = ticket.configuration, ticket.pool
    ticket.status, ticket.match, ticket.revision = 'PLACING', match, ticket.revision + 1
    save_ticket(ticket)
    if not ticket.fills then
      for _, member in ipairs(members_of(ticket)) do players[#players + 1] = { id = member.playerId, player = '' } end
    end
  end
end
if not configuration then return 0 end
-- Its players are in it from here on, but AUTOMATIC finds them no company: how it would is not on record.
if #players > 0 then
  entry = board(match, { configuration = configuration, pool = pool, most = '', timeout = '' }, players, entry)
end
-- Due at once: the beat hands it over.
to_outbox(match, job, entry, 0)
emit('PotentialMatchCreated', configuration, detail, pool)
return 1
