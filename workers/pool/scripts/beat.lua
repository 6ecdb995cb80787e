-- What time alone has made due: pools to wake and matches to hand over again. Each is given to one caller and is due
-- again later, should that caller die.
-- KEYS[1] hash tag
-- ARGV    most of each, ms until a pool is due again, ms until a match is
-- Returns { pools, flat list of: match id, job id, outbox entry }
local time = read_clock()
local pools = redis.call('ZRANGEBYSCORE', key('due'), '-inf', string.format('%d', time), 'LIMIT', 0, ARGV[1])
for _, pool in ipairs(pools) do
  redis.call('ZADD', key('due'), string.format('%d', time + tonumber(ARGV[2])), pool)
end
local matches = redis.call('ZRANGEBYSCORE', key('outbox-due'), '-inf', string.format('%d', time), 'LIMIT', 0, ARGV[1])
local overdue = {}
for _, match in ipairs(matches) do
  redis.call('ZADD', key('outbox-due'), string.format('%d', time + tonumber(ARGV[3])), match)
  local at = #overdue
  overdue[at + 1] = match
  overdue[at + 2] = redis.call('HGET', key('outbox-job'), match)
  overdue[at + 3] = redis.call('HGET', key('outbox'), match)
end
return { pools, overdue }
