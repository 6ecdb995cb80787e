-- What is known about the places of decided matches.
-- Uses: arguments, keys, numbers, clock
-- Flags: allow-oom
-- KEYS[1] hash tag
-- ARGV    match ids
-- Returns flat list of: ms since the match was decided (0 when it is not in the outbox), outcome or empty
local time = read_clock()
local known = {}
while has_more() do
  local match = next_text()
  known[#known + 1] = whole(time - tonumber(redis.call('HGET', outbox_at_key(), match) or time))
  known[#known + 1] = redis.call('HGET', outbox_placement_key(), match) or ''
end
return known
