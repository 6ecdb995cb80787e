-- One page of a pool, oldest first, for a mirror that starts or lost track.
-- KEYS[1] hash tag
-- ARGV    pool, sequence to continue after, page size
-- Returns { number of the latest change, flat list of: ticket id, sequence, revision, start, deadline, players, the match it fills
--         (backfill tickets), trace header; the last two may be empty }
local ids = redis.call('ZRANGEBYSCORE', key('pool', ARGV[1]), '(' .. ARGV[2], '+inf', 'LIMIT', 0, ARGV[3])
local page = {}
for _, id in ipairs(ids) do
  local f = redis.call('HMGET', key('ticket', id), 'seq', 'revision', 'start', 'deadline', 'players', 'fills', 'trace')
  local at = #page
  page[at + 1] = id
  for i = 1, 7 do page[at + 1 + i] = f[i] or '' end
end
return { redis.call('GET', key('changed', ARGV[1])) or '0', page }
