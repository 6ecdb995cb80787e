-- What time alone has made due: proposals whose time to accept is over are dropped; pools to wake and matches to hand
-- over again are given to one caller each, and are due again later, should that caller die.
-- KEYS[1] hash tag
-- ARGV    most of each, ms until a pool is due again, ms until a match is
-- Returns { time, pools, flat list of: time it was decided, job id, outbox entry }
local time = read_clock()
for _, match in ipairs(redis.call('ZRANGEBYSCORE', key('proposals'), '-inf', string.format('%d', time), 'LIMIT', 0, ARGV[1])) do
  drop_proposal(match, 'TimedOut', false, time)
end
-- Pools whose proposals were just dropped are due now, not at the next beat.
write_due()
local pools = redis.call('ZRANGEBYSCORE', key('due'), '-inf', string.format('%d', time), 'LIMIT', 0, ARGV[1])
for _, pool in ipairs(pools) do
  redis.call('ZADD', key('due'), string.format('%d', time + tonumber(ARGV[2])), pool)
end
local matches = redis.call('ZRANGEBYSCORE', key('outbox-due'), '-inf', string.format('%d', time), 'LIMIT', 0, ARGV[1])
local overdue = {}
for _, match in ipairs(matches) do
  redis.call('ZADD', key('outbox-due'), string.format('%d', time + tonumber(ARGV[3])), match)
  local at = #overdue
  overdue[at + 1] = redis.call('HGET', key('outbox-at'), match)
  overdue[at + 2] = redis.call('HGET', key('outbox-job'), match)
  overdue[at + 3] = redis.call('HGET', key('outbox'), match)
end
return { string.format('%d', time), pools, overdue }
