-- Decides matches: each takes all of its tickets or none, and goes to the outbox in the same step. Where players are
-- asked first, it becomes a proposal instead.
-- KEYS[1] hash tag
-- ARGV    pool, most outbox entries, ms until an unconfirmed match is handed over again, ms players have to accept
--         (empty: they are not asked), then per match: match id, start-match job id, outbox entry (JSON), event
--         detail (JSON), its tickets as events show them (JSON), number of tickets n,
--         then n times: ticket id, revision the worker formed the match from
-- Returns { time, per match one of }
--   1   committed, or proposed
--   2   it was so before; nothing changed
--   0   a ticket has changed since; nothing changed
--   -1  the outbox is full; nothing changed
--   -2  an operator paused the configuration meanwhile; nothing changed
local pool, cap, patience, answer_ms = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local time = read_clock()
local results = { string.format('%d', time) }
local pending = redis.call('HLEN', key('outbox'))
local configuration = string.match(pool, '^[^/]+')
local paused = redis.call('HEXISTS', key('configuration', configuration), 'paused') == 1
local status = answer_ms and 'REQUIRES_ACCEPTANCE' or 'PLACING'
local decided = answer_ms and '' or string.format('%d', time)
local i = 5
while i <= #ARGV do
  local match, job, entry, detail, tickets, n = ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3], ARGV[i + 4], tonumber(ARGV[i + 5])
  local first = i + 6
  i = first + 2 * n
  local verdict = paused and -2 or pending >= cap and -1 or 1
  -- A connection that lost the answer runs the script again, and so may a job that runs twice.
  if redis.call('HEXISTS', key('outbox'), match) == 1 or redis.call('EXISTS', key('proposal', match)) == 1 then verdict = 2 end
  local starts, sizes = {}, {}
  if verdict == 1 then
    for t = first, i - 2, 2 do
      local now_is = redis.call('HMGET', key('ticket', ARGV[t]), 'status', 'revision', 'pool', 'start', 'size')
      if now_is[1] ~= 'SEARCHING' or now_is[2] ~= ARGV[t + 1] or now_is[3] ~= pool then
        verdict = 0
        break
      end
      sizes[#sizes + 1] = tonumber(now_is[5] or '1')
      -- Nobody waits in a backfill ticket, whose players play.
      if sizes[#sizes] > 0 then starts[#starts + 1] = now_is[4] end
    end
  end
  if verdict == 1 then
    for t = first, i - 2, 2 do
      take(ARGV[t], ARGV[t + 1], status, decided, match, pool, configuration, sizes[(t - first) / 2 + 1])
    end
    if answer_ms then
      local deadline = string.format('%d', time + answer_ms)
      redis.call('HSET', key('proposal', match), 'entry', entry, 'job', job, 'pool', pool, 'tickets', tickets,
        'configuration', configuration)
      redis.call('ZADD', key('proposals'), deadline, match)
    else
      to_outbox(match, job, entry, time, patience)
      count_match(configuration, starts, time)
      pending = pending + 1
    end
    emit('PotentialMatchCreated', time, configuration, detail, pool)
  end
  results[#results + 1] = verdict
end
check_lag(pool, configuration, time)
return results
