-- Records players' answers to one proposal. The first answer of a player stands. A rejection ends the proposal at once;
-- when everybody has accepted, the match is decided and goes to the outbox. One that comes after its time counts as none.
-- Uses: arguments, keys, numbers, clock, tickets, proposals, outbox, events, counts
-- Flags: allow-oom
-- KEYS[1] hash tag
-- ARGV    ticket id, match id, ACCEPT | REJECT, ms until an unconfirmed match is handed over again, then player ids
-- Returns { outcome, ...}, outcome one of
--   recorded                      others have yet to answer
--   decided, fleet time, job id, entry  everybody accepted: the match is in the outbox
--   dropped, pool                 somebody rejected, or its time is over; tickets that had accepted search again
--   not-proposed, <STATUS>        the ticket is in no proposal, or (other-match) in another one, or (backfill) its
--                                 players are playing and are not asked; nothing changed
--   stranger, player id           that player is not in the ticket; nothing changed
local id, match, answer, patience = next_text(), next_text(), next_text(), next_number()
local player_ids = next_list()

local ticket = read_ticket(id)
if not ticket then return { 'not-proposed', 'missing' } end
if ticket.status ~= 'REQUIRES_ACCEPTANCE' then return { 'not-proposed', ticket.status } end
if ticket.match ~= match then return { 'not-proposed', 'other-match' } end
if ticket.fills then return { 'not-proposed', 'backfill' } end
local members = {}
for _, member in ipairs(cjson.decode(ticket.roster)) do members[member.playerId] = true end
for _, player_id in ipairs(player_ids) do
  if not members[player_id] then return { 'stranger', player_id } end
end

if tonumber(redis.call('ZSCORE', proposals_key(), match)) <= fleet_time() then
  return { 'dropped', drop_proposal(match, 'TimedOut', false) }
end
local proposal = proposal_key(match)
local recorded = 0
for _, player_id in ipairs(player_ids) do
  recorded = recorded + redis.call('HSETNX', proposal, 'answer:' .. player_id, answer)
end
if recorded == 0 then return { 'recorded' } end
local tickets, configuration, job, entry, pool =
  unpack(redis.call('HMGET', proposal, 'tickets', 'configuration', 'job', 'entry', 'pool'))
local list = proposal_detail(match, tickets)
emit('AcceptMatch', configuration, cjson.encode({ matchId = match, tickets = list }), pool)
if answer == 'REJECT' then return { 'dropped', drop_proposal(match, 'Rejected', false) } end

for _, member in ipairs(list) do
  for _, player in ipairs(member.players) do
    if not player.accepted and not redis.call('HGET', ticket_key(member.ticketId), 'fills') then return { 'recorded' } end
  end
end
local since = {}
for _, member in ipairs(list) do
  local size, began = unpack(redis.call('HMGET', ticket_key(member.ticketId), 'size', 'since'))
  if size ~= '0' then since[#since + 1] = began end
  redis.call('HSET', ticket_key(member.ticketId), 'status', 'PLACING', 'decided', whole(redis_time()),
    'decided-after', redis.call('GET', sequence_key()))
  redis.call('HINCRBY', ticket_key(member.ticketId), 'revision', 1)
end
to_outbox(match, job, entry, patience)
count_match(configuration, since)
forget_proposal(match)
emit('AcceptMatchCompleted', configuration, cjson.encode({ matchId = match, acceptance = 'Accepted', tickets = list }),
  pool)
return { 'decided', whole(fleet_time()), job, entry }
