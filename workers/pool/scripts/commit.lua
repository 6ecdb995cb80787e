-- Decides matches: each takes all of its tickets or none, and goes to the outbox in the same step.
-- KEYS[1] hash tag
-- ARGV    pool, most outbox entries, ms until an unconfirmed match is handed over again, then per match:
--         match id, start-match job id, outbox entry (JSON), event detail (JSON), number of tickets n,
--         then n times: ticket id, revision the worker formed the match from
-- Returns { time, per match: 1 committed | 2 committed before | 0 a ticket has changed since | -1 the outbox is full }
local pool, cap, patience = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local time = read_clock()
local results = { string.format('%d', time) }
local pending = redis.call('HLEN', key('outbox'))
local i = 4
while i <= #ARGV do
  local match, job, entry, detail, n = ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3], tonumber(ARGV[i + 4])
  local first = i + 5
  i = first + 2 * n
  local verdict = pending >= cap and -1 or 1
  -- A connection that lost the answer runs the script again, and so may a job that runs twice.
  if redis.call('HEXISTS', key('outbox'), match) == 1 then verdict = 2 end
  if verdict == 1 then
    for t = first, i - 2, 2 do
      local now_is = redis.call('HMGET', key('ticket', ARGV[t]), 'status', 'revision', 'pool')
      if now_is[1] ~= 'SEARCHING' or now_is[2] ~= ARGV[t + 1] or now_is[3] ~= pool then
        verdict = 0
        break
      end
    end
  end
  if verdict == 1 then
    local configuration
    for t = first, i - 2, 2 do
      local ticket = key('ticket', ARGV[t])
      configuration = configuration or redis.call('HGET', ticket, 'configuration')
      redis.call('HSET', ticket, 'status', 'PLACING', 'match', match, 'committed', string.format('%d', time))
      redis.call('HINCRBY', ticket, 'revision', 1)
      redis.call('ZREM', key('pool', pool), ARGV[t])
      note_change(pool, 'left', ARGV[t])
    end
    redis.call('HSET', key('outbox'), match, entry)
    redis.call('HSET', key('outbox-job'), match, job)
    redis.call('ZADD', key('outbox-due'), string.format('%d', time + patience), match)
    emit('PotentialMatchCreated', time, configuration, detail)
    pending = pending + 1
  end
  results[#results + 1] = verdict
end
return results
