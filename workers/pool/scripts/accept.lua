-- Records players' answers to one proposal. The first answer of a player stands. A rejection ends the proposal at once;
-- when everybody has accepted, the match is decided and goes to the outbox. One that comes after its time counts as none.
-- KEYS[1] hash tag
-- ARGV    ticket id, match id, ACCEPT | REJECT, ms until an unconfirmed match is handed over again, then player ids
-- Returns { outcome, ...}, outcome one of
--   recorded                      others have yet to answer
--   decided, time, job id, entry  everybody accepted: the match is in the outbox
--   dropped, pool                 somebody rejected, or its time is over; tickets that had accepted search again
--   not-proposed, <STATUS>        the ticket is in no proposal, or (other-match) in another one, or (backfill) its
--                                 players are playing and are not asked; nothing changed
--   stranger, player id           that player is not in the ticket; nothing changed
local id, match, answer, patience = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4])
local ticket = read_ticket(id)
if not ticket then return { 'not-proposed', 'missing' } end
if ticket.status ~= 'REQUIRES_ACCEPTANCE' then return { 'not-proposed', ticket.status } end
if ticket.match ~= match then return { 'not-proposed', 'other-match' } end
if ticket.fills then return { 'not-proposed', 'backfill' } end
local members = {}
for _, member in ipairs(cjson.decode(ticket.roster)) do members[member.playerId] = true end
for i = 5, #ARGV do
  if not members[ARGV[i]] then return { 'stranger', ARGV[i] } end
end

local time = read_clock()
if tonumber(redis.call('ZSCORE', key('proposals'), match)) <= time then
  return { 'dropped', drop_proposal(match, 'TimedOut', false, time) }
end
local proposal = key('proposal', match)
local fresh = 0
for i = 5, #ARGV do fresh = fresh + redis.call('HSETNX', proposal, 'answer:' .. ARGV[i], answer) end
if fresh == 0 then return { 'recorded' } end
local f = redis.call('HMGET', proposal, 'tickets', 'configuration', 'job', 'entry', 'pool')
local list = proposal_detail(match, f[1])
emit('AcceptMatch', time, f[2], cjson.encode({ matchId = match, tickets = list }), f[5])
if answer == 'REJECT' then return { 'dropped', drop_proposal(match, 'Rejected', false, time) } end

for _, member in ipairs(list) do
  for _, player in ipairs(member.players) do
    if not player.accepted and not redis.call('HGET', key('ticket', member.ticketId), 'fills') then return { 'recorded' } end
  end
end
local starts = {}
for _, member in ipairs(list) do
  if redis.call('HGET', key('ticket', member.ticketId), 'size') ~= '0' then starts[#starts + 1] = member.startTime end
  redis.call('HSET', key('ticket', member.ticketId), 'status', 'PLACING', 'decided', string.format('%d', time))
  redis.call('HINCRBY', key('ticket', member.ticketId), 'revision', 1)
end
to_outbox(match, f[3], f[4], time, patience)
count_match(f[2], starts, time)
forget_proposal(match)
emit('AcceptMatchCompleted', time, f[2], cjson.encode({ matchId = match, acceptance = 'Accepted', tickets = list }), f[5])
return { 'decided', string.format('%d', time), f[3], f[4] }
