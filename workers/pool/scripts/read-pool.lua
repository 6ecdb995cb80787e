-- One page of a pool, oldest first, for a mirror that starts or lost track.
-- Uses: arguments, keys, chain
-- KEYS[1] hash tag
-- ARGV    pool, sequence to continue after, page size
-- Returns { id of the latest change, flat list of: ticket id, sequence, revision, start in Redis time and in fleet
--         time, deadline in fleet time, players, the match it fills (backfill tickets), trace header, 1 when it waits for
--         ratings; the last three may be empty }
local pool, after, most = next_text(), next_text(), next_text()
local page = {}
for _, id in ipairs(redis.call('ZRANGEBYSCORE', pool_key(pool), '(' .. after, '+inf', 'LIMIT', 0, most)) do
  local ticket = redis.call('HMGET', ticket_key(id), 'seq', 'revision', 'start', 'since', 'deadline', 'players', 'fills',
    'trace', 'unrated')
  local at = #page
  page[at + 1] = id
  for i = 1, 9 do page[at + 1 + i] = ticket[i] or '' end
end
return { redis.call('GET', changes_head_key(pool)) or NO_ID, page }
