-- Records players' answers to one proposal. The first answer of a player stands. A rejection ends the proposal at once;
-- when everybody has accepted, the match is decided and goes to the outbox. One that comes after its time counts as none.
-- Uses: arguments, keys, clock, tickets, comparing, proposals, membership, outbox, due, events, counts
-- Flags: allow-oom
-- KEYS[1] hash tag
-- ARGV    ticket id, match id, ACCEPT | REJECT, ms until an unconfirmed match is handed over again, then player ids
-- Returns { outcome, ...}, outcome one of
--   recorded              the answers stand; others have yet to give theirs, or this was said before
--   decided, pool         everybody accepted: the match is in the outbox, and a cycle of the pool hands it over
--   rejected, pool        the proposal is over: who did not reject it searches again
--   late, pool            its time is over: the answers count as none, and the proposal is over
--   missing               there is no such ticket; nothing changed
--   not-proposed, <STATUS>  the ticket is in no proposal, or (other-match) in another one, or (backfill) its players are
--                         playing and are not asked; nothing changed
--   stranger, player id   that player is not in the ticket; nothing changed
-- Throws UNCOMPARED while the record may know that the match was accepted, or another end; nothing changed.
local id, match, answer, patience = next_text(), next_text(), next_text(), next_number()
local player_ids = next_list()

-- Whether what the ticket came to is what this answer asked for: a connection that lost the reply sends it again.
local function said_before(ticket)
  if ticket.match ~= match then return false end
  if answer == 'REJECT' then return ticket.status == 'CANCELLED' end
  return ticket.status == 'PLACING' or ticket.status == 'COMPLETED'
end

local ticket = read_ticket(id)
if not ticket then return { 'missing' } end
if ticket.fills then return { 'not-proposed', 'backfill' } end
for _, player_id in ipairs(player_ids) do
  if not has_member(ticket, player_id) then return { 'stranger', player_id } end
end
if said_before(ticket) then return { 'recorded' } end
if ticket.status ~= 'REQUIRES_ACCEPTANCE' then return { 'not-proposed', ticket.status } end
if ticket.match ~= match then return { 'not-proposed', 'other-match' } end
await_comparison(ticket)

if tonumber(redis.call('ZSCORE', proposals_key(), match)) <= fleet_time() then
  return { 'late', drop_proposal(match, 'TimedOut', false) }
end
local proposal = proposal_key(match)
local recorded = 0
for _, player_id in ipairs(player_ids) do
  recorded = recorded + redis.call('HSETNX', proposal, 'answer:' .. player_id, answer)
end
if recorded == 0 then return { 'recorded' } end
local tickets, configuration, job, entry, pool, seats, most, timeout = unpack(
  redis.call('HMGET', proposal, 'tickets', 'configuration', 'job', 'entry', 'pool', 'seats', 'most', 'timeout'))
local list = proposal_detail(match, tickets)
emit('AcceptMatch', configuration, cjson.encode({ matchId = match, tickets = list }), pool)
if answer == 'REJECT' then return { 'rejected', drop_proposal(match, 'Rejected', false) } end

for _, member in ipairs(list) do
  for _, player in ipairs(member.players) do
    local asked = read_ticket(member.ticketId)
    if not player.accepted and not (asked and asked.fills) then return { 'recorded' } end
  end
end
local since, fills = {}, nil
for _, member in ipairs(list) do
  local proposed = read_ticket(member.ticketId)
  -- Nothing may fail here: answers are written already.
  if proposed then
    fills = fills or proposed.fills
    if not proposed.fills then since[#since + 1] = proposed.since end
    proposed.status, proposed.revision = 'PLACING', proposed.revision + 1
    save_ticket(proposed)
  end
end
entry = board(match, { configuration = configuration, pool = pool, most = most, timeout = timeout, fills = fills },
  cjson.decode(seats), entry)
to_outbox(match, job, entry, patience)
redis.call('RPUSH', accepted_key(pool), match)
make_due(pool, fleet_time())
count_match(configuration, since)
forget_proposal(match)
emit('AcceptMatchCompleted', configuration, cjson.encode({ matchId = match, acceptance = 'Accepted', tickets = list }),
  pool)
return { 'decided', pool }
