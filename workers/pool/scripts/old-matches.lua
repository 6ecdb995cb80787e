-- Matches that have been live for long, the oldest first; none that is being placed, or is to go on as one that is.
-- Uses: arguments, keys, numbers, clock
-- Flags: allow-oom
-- KEYS[1] hash tag
-- ARGV    how long, ms; most matches
-- Returns list of match ids
local age, most = next_number(), next_text()
local old = {}
for _, match in ipairs(redis.call('ZRANGEBYSCORE', lives_key(), '-inf', whole(fleet_time() - age), 'LIMIT', 0, most)) do
  if redis.call('HEXISTS', live_key(match), 'next') == 0 and redis.call('HEXISTS', outbox_key(), match) == 0 then
    old[#old + 1] = match
  end
end
return old
