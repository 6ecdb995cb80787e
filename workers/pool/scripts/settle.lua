-- Ends committed matches whose effect is stored (or cannot be): tickets become terminal, the outbox entry goes.
-- KEYS[1] hash tag
-- ARGV    per match: match id, COMPLETED | FAILED, reason, message, event detail (JSON), number of tickets n, n ticket
--         ids, then the backfill ticket it gets at once: ticket id (empty: none), and where there is one its pool,
--         timeout in ms, number of players m, m times: player id, team, player (JSON)
-- Returns per match one of
--   1  settled now
--   0  it was settled before; nothing changed
local time = read_clock()
local results, settled = {}, {}

-- Those who were playing, and have not started anything newer, are in the match that goes on.
local function settle_backfill(ticket, match, status)
  for _, member in ipairs(cjson.decode(ticket.roster)) do
    local player = key('player', member.playerId)
    if redis.call('HGET', player, 'backfill') == ticket.id then
      redis.call('HDEL', player, 'backfill')
      if status == 'COMPLETED' then redis.call('HSET', player, 'match', match) end
    end
  end
  if redis.call('EXISTS', key('automatic-off', ticket.fills)) == 1 then end_automatic(match) end
  forget_backfill(ticket)
end

local i = 1
while i <= #ARGV do
  local match, status, reason, message, detail, n = ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3], ARGV[i + 4], tonumber(ARGV[i + 5])
  local first = i + 6
  local automatic
  automatic, i = read_automatic(first + n)
  if redis.call('HDEL', key('outbox'), match) == 0 then
    results[#results + 1] = 0
  else
    settled[#settled + 1] = match
    local configuration, pool = '', nil
    local placement = redis.call('HGET', key('outbox-placement'), match)
    for t = first, first + n - 1 do
      local ticket = read_ticket(ARGV[t])
      if ticket and ticket.status == 'PLACING' and ticket.match == match then
        configuration, pool = ticket.configuration, ticket.pool
        terminate(ARGV[t], status, reason, message, time)
        if placement and status == 'COMPLETED' then redis.call('HSET', key('ticket', ARGV[t]), 'placement', placement) end
        if ticket.fills then settle_backfill(ticket, match, status) end
      end
    end
    if status == 'FAILED' and configuration ~= '' then count(configuration, 'FAILED', n) end
    if status == 'COMPLETED' then
      emit('MatchmakingSucceeded', time, configuration, detail, pool)
    else
      emit('MatchmakingFailed', time, configuration, with_rules(detail, pool), pool)
    end
    if automatic then open_automatic(automatic, match, configuration, time) end
    results[#results + 1] = 1
  end
end
if #settled > 0 then
  for _, name in ipairs({ 'outbox-job', 'outbox-at', 'outbox-placement' }) do
    redis.call('HDEL', key(name), unpack(settled))
  end
  redis.call('ZREM', key('outbox-due'), unpack(settled))
end
return results
