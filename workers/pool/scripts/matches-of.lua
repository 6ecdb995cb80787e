-- Matches that are live, or whose players are asked, as far as they are of some configurations; a page at a time.
-- Uses: arguments, keys, numbers
-- Flags: allow-oom
-- KEYS[1] hash tag
-- ARGV    `live` or `proposed`, score after which the page begins (`-inf` for the first), how many matches to look at,
--         configurations
-- Returns { score after which the next page begins; empty after the last, ids of matches }
local proposed, after, most = next_text() == 'proposed', next_text(), next_number()
local wanted, matches = {}, {}
while has_more() do wanted[next_text()] = true end
local all = proposed and proposals_key() or lives_key()
local key_of = proposed and proposal_key or live_key
-- Those of one score are on one page.
local last = redis.call('ZRANGEBYSCORE', all, '(' .. after, '+inf', 'WITHSCORES', 'LIMIT', whole(most - 1), 1)[2]
for _, match in ipairs(redis.call('ZRANGEBYSCORE', all, '(' .. after, last or '+inf')) do
  if wanted[redis.call('HGET', key_of(match), 'configuration') or ''] then matches[#matches + 1] = match end
end
return { last or '', matches }
