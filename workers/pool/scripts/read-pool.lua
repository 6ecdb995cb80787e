-- One page of a pool, oldest first, for a mirror that starts or lost track.
-- Uses: arguments, keys, texts, chain
-- KEYS[1] hash tag
-- ARGV    pool, sequence to continue after, page size
-- Returns { id of the latest change, sequence of the page's last ticket (empty: the pool's end is reached), the tickets as
--         they are stored }
local pool, after, most = next_text(), next_text(), next_text()
local found = redis.call('ZRANGEBYSCORE', pool_key(pool), '(' .. after, '+inf', 'WITHSCORES', 'LIMIT', 0, most)
local names, page = {}, {}
for at = 1, #found, 2 do names[#names + 1] = ticket_key(found[at]) end
for _, text in ipairs(texts_of(names)) do page[#page + 1] = text or nil end
local last = #names == tonumber(most) and found[#found] or ''
return { redis.call('GET', changes_head_key(pool)) or NO_ID, last, page }
