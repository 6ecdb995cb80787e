-- One page of a pool, oldest first, for a mirror that starts or lost track.
-- Uses: arguments, keys, tickets, texts, chain
-- KEYS[1] hash tag
-- ARGV    pool, sequence to continue after, page size
-- Returns { id of the latest change, sequence of the page's last ticket (empty: the pool's end is reached), the tickets as
--         they are stored }
local pool, after, most = next_text(), next_text(), next_text()
local found = redis.call('ZRANGEBYSCORE', pool_key(pool), '(' .. after, '+inf', 'WITHSCORES', 'LIMIT', 0, most)
local ids, page = {}, {}
for at = 1, #found, 2 do ids[#ids + 1] = found[at] end
read_tickets(ids)
for _, id in ipairs(ids) do page[#page + 1] = text_of(ticket_key(id)) or nil end
local last = #ids == tonumber(most) and found[#found] or ''
return { redis.call('GET', changes_head_key(pool)) or NO_ID, last, page }
