-- What is known about the places of decided matches.
-- Uses: arguments, keys, numbers, clock
-- Flags: allow-oom
-- KEYS[1] hash tag
-- ARGV    match ids
-- Returns flat list of: ms since the match was decided (0 when it is not in the outbox), outcome or empty
local now = fleet_time()
local known = {}
while has_more() do
  local match = next_text()
  known[#known + 1] = whole(now - tonumber(redis.call('HGET', outbox_at_key(), match) or now))
  known[#known + 1] = redis.call('HGET', outbox_placement_key(), match) or ''
end
return known
