-- Puts a match that is on record back into the outbox, since the store went back behind its decision. Tickets of it that wait
-- here, or that another match holds which has not started, are placed by it: whoever starts it finds it stored.
-- Uses: arguments, keys, tickets, comparing, players, pools, proposals, membership, outbox, events
-- KEYS[1] hash tag
-- ARGV    match id, start-match job id, outbox entry (JSON), event detail (JSON), where AUTOMATIC finds it company: most players,
--         timeout of a backfill ticket in ms (else both empty), number of tickets n, then n times: ticket id, sequence, call id
--         (or empty), number of its players who join the match p, then p times: player id, player (JSON, or empty; see `board`)
-- Returns one of
--   1  it is in the outbox
--   0  it is there already, or no ticket of it waits here; no ticket was taken
local match, job, entry, detail = next_text(), next_text(), next_text(), next_text()
local most, timeout = next_text(), next_text()
if redis.call('HEXISTS', outbox_key(), match) == 1 then return 0 end

local configuration, pool, fills
local players = {}
for _ = 1, next_number() do
  local id, sequence, call, seated = next_text(), next_number(), next_text(), next_list(2 * next_number())
  local ticket = read_recorded(id, sequence, call)
  if ticket and ticket.status == 'REQUIRES_ACCEPTANCE' then drop_proposal(ticket.match, 'TimedOut', true) end
  if ticket and (ticket.status == 'SEARCHING' or ticket.status == 'PLACING') then
    if ticket.status == 'SEARCHING' then leave_pool(ticket) end
    configuration, pool, fills = ticket.configuration, ticket.pool, fills or ticket.fills
    ticket.status, ticket.match, ticket.revision = 'PLACING', match, ticket.revision + 1
    save_ticket(ticket)
    for i = 1, #seated, 2 do players[#players + 1] = { id = seated[i], player = seated[i + 1] } end
  elseif not ticket then
    -- The store has lost its start. Its players are in the match unless they have found something else since.
    for i = 1, #seated, 2 do
      local player = read_player(seated[i])
      if not player.ticket and not player.playing then
        players[#players + 1] = { id = seated[i], player = seated[i + 1] }
      end
    end
  end
end
if not configuration then return 0 end
local facts = { configuration = configuration, pool = pool, most = most, timeout = timeout, fills = fills }
entry = board(match, facts, players, entry)
-- Due at once: the beat hands it over.
to_outbox(match, job, entry, 0)
emit('PotentialMatchCreated', configuration, detail, pool)
return 1
