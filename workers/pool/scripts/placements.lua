-- What is known about the places of decided matches.
-- KEYS[1] hash tag
-- ARGV    match ids
-- Returns flat list of: ms since the match was decided (0 when it is not in the outbox), outcome or empty
local time = read_clock()
local known = {}
for _, match in ipairs(ARGV) do
  local at = #known
  known[at + 1] = string.format('%d', time - tonumber(redis.call('HGET', key('outbox-at'), match) or time))
  known[at + 2] = redis.call('HGET', key('outbox-placement'), match) or ''
end
return known
